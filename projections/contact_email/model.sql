-- table: personal.contact_email
-- about: one row per person and e-mail address they can be reached at now
-- key: tenant, contact_id
-- grain: tenant, contact_id, email
-- reads: contact_person(tenant, person_id)
-- looks up: fact_person(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, email
-- column tenant: whose it is
-- column contact_id: the person
-- column email: the address
-- column normal: the address as it would be written after it was stated last: its domain in small letters, accents in
--        one form; empty if it is no address
-- column label: what it is for, such as work or private
-- column added_at: since when (UTC); empty if the time is not known
-- column is_primary: whether it is the one stated last of the person's, which personal.contact shows
WITH stated AS (
    SELECT
        p.tenant,
        p.person_id,
        f.email,
        f.normal_email AS normal,
        f.label,
        f.action,
        CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS known_at,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_person AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
    WHERE f.email IS NOT NULL
),

removed AS (
    SELECT tenant, person_id, email, max(n) AS n FROM stated
    WHERE action = 'email_removed'
    GROUP BY tenant, person_id, email
),

standing AS (
    SELECT s.*
    FROM stated AS s
    LEFT JOIN removed AS r ON s.tenant = r.tenant AND s.person_id = r.person_id AND s.email = r.email
    WHERE s.n > coalesce(r.n, 0)
),

reachable AS (
    SELECT
        tenant,
        person_id,
        email,
        min(n) AS first_n,
        max(n) AS last_n,
        max(n) FILTER (WHERE label IS NOT NULL) AS label_n
    FROM standing
    GROUP BY tenant, person_id, email
)

SELECT
    a.tenant,
    a.person_id AS contact_id,
    a.email,
    l.normal,
    b.label,
    f.known_at AS added_at,
    a.last_n = max(a.last_n) OVER (PARTITION BY a.tenant, a.person_id) AS is_primary
FROM reachable AS a
INNER JOIN standing AS f ON a.tenant = f.tenant AND a.person_id = f.person_id AND a.first_n = f.n
INNER JOIN standing AS l ON a.tenant = l.tenant AND a.person_id = l.person_id AND a.last_n = l.n
LEFT JOIN standing AS b ON a.tenant = b.tenant AND a.person_id = b.person_id AND a.label_n = b.n
