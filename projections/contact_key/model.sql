-- table: personal.contact_key
-- about: every outside key that events call a contact by, personal ones too, and the person it means
-- key: tenant, named_id
-- grain: tenant, named_id, reference
-- reads: fact_contact_key(tenant, contact_id)
-- reads: contact_identity(tenant, contact_id)
-- index: tenant, contact_id
-- index: tenant, reference
-- column tenant: whose it is
-- column contact_id: the person
-- column reference: the outside key, as a reference
-- column named_id: the contact that the key names by itself, whoever it is linked with
SELECT DISTINCT
    k.tenant,
    coalesce(i.person_id, k.contact_id) AS contact_id,
    k.reference,
    k.contact_id AS named_id
FROM fact_contact_key AS k
LEFT JOIN contact_identity AS i ON k.tenant = i.tenant AND k.contact_id = i.contact_id
