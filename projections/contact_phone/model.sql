-- table: personal.contact_phone
-- about: one row per person and telephone number they can be reached at now
-- key: tenant, contact_id
-- grain: tenant, contact_id, phone
-- reads: contact_person(tenant, person_id)
-- looks up: fact_person(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, phone
-- column tenant: whose it is
-- column contact_id: the person
-- column phone: the number
-- column normal: the number as E.164 writes it, such as +4940123456, without an extension; empty if it is no possible
--        number, or one without a country's code and RAPPORT_COUNTRY said none when it was stated last
-- column label: what it is for, such as work or mobile
-- column added_at: since when (UTC); empty if the time is not known
-- column is_primary: whether it is the one stated last of the person's, which personal.contact shows
WITH stated AS (
    SELECT
        p.tenant,
        p.person_id,
        f.phone,
        f.normal_phone AS normal,
        f.label,
        f.action,
        CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS known_at,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_person AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
    WHERE f.phone IS NOT NULL
),

removed AS (
    SELECT tenant, person_id, phone, max(n) AS n FROM stated
    WHERE action = 'phone_removed'
    GROUP BY tenant, person_id, phone
),

standing AS (
    SELECT s.*
    FROM stated AS s
    LEFT JOIN removed AS r ON s.tenant = r.tenant AND s.person_id = r.person_id AND s.phone = r.phone
    WHERE s.n > coalesce(r.n, 0)
),

reachable AS (
    SELECT
        tenant,
        person_id,
        phone,
        min(n) AS first_n,
        max(n) AS last_n,
        max(n) FILTER (WHERE label IS NOT NULL) AS label_n
    FROM standing
    GROUP BY tenant, person_id, phone
)

SELECT
    a.tenant,
    a.person_id AS contact_id,
    a.phone,
    l.normal,
    b.label,
    f.known_at AS added_at,
    a.last_n = max(a.last_n) OVER (PARTITION BY a.tenant, a.person_id) AS is_primary
FROM reachable AS a
INNER JOIN standing AS f ON a.tenant = f.tenant AND a.person_id = f.person_id AND a.first_n = f.n
INNER JOIN standing AS l ON a.tenant = l.tenant AND a.person_id = l.person_id AND a.last_n = l.n
LEFT JOIN standing AS b ON a.tenant = b.tenant AND a.person_id = b.person_id AND a.label_n = b.n
