-- table: personal.contact_profile
-- about: one row per person and profile they have on a network now
-- key: tenant, contact_id
-- grain: tenant, contact_id, network, profile
-- reads: contact_person(tenant, person_id)
-- looks up: fact_person(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- column tenant: whose it is
-- column contact_id: the person
-- column network: the network, such as linkedin
-- column profile: the profile's address or handle
-- column added_at: since when (UTC); empty if the time is not known
WITH stated AS (
    SELECT
        p.tenant,
        p.person_id,
        f.network,
        f.profile,
        f.action,
        CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS known_at,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id, f.network, f.profile
            ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_person AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
    WHERE f.profile IS NOT NULL AND f.action IN ('social_profile_added', 'social_profile_removed')
),

removed AS (
    SELECT tenant, person_id, network, profile, max(n) AS n FROM stated
    WHERE action = 'social_profile_removed'
    GROUP BY tenant, person_id, network, profile
)

SELECT DISTINCT ON (s.tenant, s.person_id, s.network, s.profile)
    s.tenant,
    s.person_id AS contact_id,
    s.network,
    s.profile,
    s.known_at AS added_at
FROM stated AS s
LEFT JOIN removed AS r
    ON s.tenant = r.tenant AND s.person_id = r.person_id AND s.network = r.network AND s.profile = r.profile
WHERE s.n > coalesce(r.n, 0)
ORDER BY s.tenant, s.person_id, s.network, s.profile, s.n
