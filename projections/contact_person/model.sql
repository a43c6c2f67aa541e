-- table: crm.contact_person
-- about: every contact that an event names, and the person it is; linked contacts are one person
-- key: tenant, contact_id
-- grain: tenant, contact_id
-- reads: fact_concern(tenant, contact_id)
-- reads: contact_identity(tenant, contact_id)
-- index: tenant, person_id
-- column tenant: whose it is
-- column contact_id: the contact, as events name it
-- column person_id: the person it is; all other tables call a person by this id
-- column reference: the contact's outside key; empty if it is personal
SELECT
    c.tenant,
    c.contact_id,
    coalesce(i.person_id, c.contact_id) AS person_id,
    max(c.reference) FILTER (WHERE c.reference NOT LIKE 'contact:id:%') AS reference
FROM fact_concern AS c
LEFT JOIN contact_identity AS i ON c.tenant = i.tenant AND c.contact_id = i.contact_id
GROUP BY c.tenant, c.contact_id, i.person_id
