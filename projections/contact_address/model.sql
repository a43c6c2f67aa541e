-- table: personal.contact_address
-- about: one row per person and postal address where they receive post now
-- key: tenant, contact_id
-- grain: tenant, contact_id, label
-- reads: contact_person(tenant, person_id)
-- looks up: fact_person(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- column tenant: whose it is
-- column contact_id: the person
-- column label: which of the person's addresses it is; an address stated later under the same label replaces it
-- column street: street and house number
-- column city: town or city
-- column postal_code: postal code
-- column region: state, province or region
-- column country: country
-- column normal: the country as its alpha-2 code of ISO 3166, such as DE; empty if it is not known by its name or code
-- column added_at: when this address was stated (UTC); empty if the time is not known
WITH last_word AS (
    SELECT DISTINCT ON (p.tenant, p.person_id, f.label)
        p.tenant,
        p.person_id,
        f.action,
        f.label,
        f.street,
        f.city,
        f.postal_code,
        f.region,
        f.country,
        f.normal_country AS normal,
        f.occurred_at,
        f.time_precision
    FROM contact_person AS p
    INNER JOIN fact_person AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
    WHERE f.action IN ('postal_address_added', 'postal_address_removed')
    ORDER BY
        p.tenant, p.person_id, f.label, f.occurred_at DESC, f.sequence DESC NULLS FIRST, f.event_id DESC
)

SELECT
    tenant,
    person_id AS contact_id,
    label,
    street,
    city,
    postal_code,
    region,
    country,
    normal,
    CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS added_at
FROM last_word
WHERE action = 'postal_address_added'
