-- table: crm.thing_contact
-- about: the people of a deal, a ticket, a meeting, a task, an order or a subscription: all that any of its events names
-- key: tenant, thing_id
-- grain: tenant, thing_id, contact_id
-- reads: fact_concern(tenant, thing_id)
-- looks up: contact_identity(tenant, contact_id) through fact_concern(tenant, contact_id -> tenant, thing_id)
-- index: tenant, contact_id
-- column tenant: whose it is
-- column thing_id: the deal, ticket, meeting, task, order or subscription
-- column area: which of these it is, such as deal
-- column contact_id: the person
SELECT DISTINCT
    c.tenant,
    c.thing_id,
    c.area,
    coalesce(i.person_id, c.contact_id) AS contact_id
FROM fact_concern AS c
LEFT JOIN contact_identity AS i ON c.tenant = i.tenant AND c.contact_id = i.contact_id
WHERE c.area IN ('deal', 'ticket', 'meeting', 'task', 'order', 'subscription')
