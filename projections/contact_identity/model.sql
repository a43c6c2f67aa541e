-- table: crm.contact_identity
-- about: the contacts that are linked with others, and the person they all are; contacts without a link are not here
-- key: tenant, contact_id
-- grain: tenant, contact_id
-- reads: fact_identity(tenant, contact_id)
-- spreads: tenant, person_id
-- index: tenant, person_id
-- column tenant: whose it is
-- column contact_id: the contact, as events name it
-- column person_id: the person it is: the smallest id of all contacts that are linked, directly or over others
WITH RECURSIVE last_word AS (
    SELECT DISTINCT ON (tenant, contact_id, other_id)
        tenant,
        contact_id,
        other_id,
        linked
    FROM fact_identity
    ORDER BY tenant, contact_id, other_id, occurred_at DESC, sequence DESC NULLS FIRST, event_id DESC
),

link AS (
    SELECT tenant, contact_id, other_id FROM last_word
    WHERE linked
),

-- All pairs that one can go between; a linked contact comes back to itself over the other.
reached AS (
    SELECT tenant, contact_id, other_id FROM link
    UNION
    SELECT r.tenant, r.contact_id, l.other_id
    FROM reached AS r
    INNER JOIN link AS l ON r.tenant = l.tenant AND r.other_id = l.contact_id
)

SELECT DISTINCT ON (tenant, contact_id)
    tenant,
    contact_id,
    other_id AS person_id
FROM reached
ORDER BY tenant, contact_id, other_id
