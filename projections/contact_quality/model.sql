-- table: crm.contact_quality
-- about: one row per value that was doubtful when it came in: no address, no possible number, a country or a currency
--        that nobody knows; it was taken all the same, and what it was stands in the tables of its thing
-- key: tenant, event_id
-- grain: tenant, event_id, field
-- reads: fact_doubt(tenant, event_id)
-- looks up: contact_identity(tenant, contact_id) through fact_doubt(tenant, thing_id -> tenant, event_id)
-- index: tenant, contact_id
-- index: tenant, thing_id
-- column tenant: whose it is
-- column contact_id: the person; empty if it is about another thing
-- column thing_id: the contact, account, deal or other thing it was said of
-- column about: the thing's outside key, or contact:id:<id> where that is personal
-- column event_id: the event that said it
-- column event_type: the event's type
-- column field: the field of its data
-- column doubt: not_an_address, not_a_number, not_a_possible_number, not_a_number_in_use, no_country_code (and
--        RAPPORT_COUNTRY says none), not_a_country, not_a_currency
-- column occurred_at: when it happened (UTC)
-- column position: the event's place in the log
SELECT
    d.tenant,
    CASE WHEN d.area = 'contact' THEN coalesce(i.person_id, d.thing_id) END AS contact_id,
    d.thing_id,
    d.subject AS about,
    d.event_id,
    d.event_type,
    d.field,
    d.doubt,
    d.occurred_at,
    d.position
FROM fact_doubt AS d
LEFT JOIN contact_identity AS i ON d.tenant = i.tenant AND d.thing_id = i.contact_id AND d.area = 'contact'
