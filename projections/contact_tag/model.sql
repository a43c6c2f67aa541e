-- table: crm.contact_tag
-- about: one row per person and tag they carry now
-- key: tenant, contact_id
-- grain: tenant, contact_id, tag
-- reads: contact_person(tenant, person_id)
-- looks up: fact_contact(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, tag
-- column tenant: whose it is
-- column contact_id: the person
-- column tag: the tag
-- column tagged_at: since when (UTC); empty if the time is not known
WITH stated AS (
    SELECT
        p.tenant,
        p.person_id,
        f.tag,
        f.action,
        CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS known_at,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id, f.tag ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_contact AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
    WHERE f.tag IS NOT NULL
),

untagged AS (
    SELECT tenant, person_id, tag, max(n) AS n FROM stated
    WHERE action = 'untagged'
    GROUP BY tenant, person_id, tag
)

SELECT DISTINCT ON (s.tenant, s.person_id, s.tag)
    s.tenant,
    s.person_id AS contact_id,
    s.tag,
    s.known_at AS tagged_at
FROM stated AS s
LEFT JOIN untagged AS u ON s.tenant = u.tenant AND s.person_id = u.person_id AND s.tag = u.tag
WHERE s.n > coalesce(u.n, 0)
ORDER BY s.tenant, s.person_id, s.tag, s.n
