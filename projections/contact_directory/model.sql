-- table: personal.contact
-- about: the directory: one row per person that any event names, with their name and how to reach them
-- key: tenant, contact_id
-- grain: tenant, contact_id
-- reads: contact_person(tenant, person_id)
-- reads: contact_email(tenant, contact_id)
-- reads: contact_phone(tenant, contact_id)
-- looks up: fact_person(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, name
-- column tenant: whose it is
-- column contact_id: the person
-- column name: their full name
-- column job_title: what they do at their account
-- column email: the e-mail address stated last of those they have now (all are in personal.contact_email)
-- column phone: the telephone number stated last of those they have now (all are in personal.contact_phone)
-- column emails: how many e-mail addresses they have
-- column phones: how many telephone numbers they have
-- column custom: the custom fields of the last event that gave any, as JSON
WITH person AS (
    SELECT DISTINCT tenant, person_id FROM contact_person
),

fact AS (
    SELECT
        p.tenant,
        p.person_id,
        f.name,
        f.job_title,
        f.personal_custom,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_person AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
),

named AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        name
    FROM fact
    WHERE name IS NOT NULL
    ORDER BY tenant, person_id, n DESC
),

titled AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        job_title
    FROM fact
    WHERE job_title IS NOT NULL
    ORDER BY tenant, person_id, n DESC
),

customised AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        personal_custom
    FROM fact
    WHERE personal_custom IS NOT NULL
    ORDER BY tenant, person_id, n DESC
),

mailed AS (
    SELECT tenant, contact_id, count(*) AS emails, max(email) FILTER (WHERE is_primary) AS email FROM contact_email
    GROUP BY tenant, contact_id
),

called AS (
    SELECT tenant, contact_id, count(*) AS phones, max(phone) FILTER (WHERE is_primary) AS phone FROM contact_phone
    GROUP BY tenant, contact_id
)

SELECT
    p.tenant,
    p.person_id AS contact_id,
    n.name,
    t.job_title,
    e.email,
    c.phone,
    coalesce(e.emails, 0) AS emails,
    coalesce(c.phones, 0) AS phones,
    x.personal_custom AS custom
FROM person AS p
LEFT JOIN named AS n ON p.tenant = n.tenant AND p.person_id = n.person_id
LEFT JOIN titled AS t ON p.tenant = t.tenant AND p.person_id = t.person_id
LEFT JOIN customised AS x ON p.tenant = x.tenant AND p.person_id = x.person_id
LEFT JOIN mailed AS e ON p.tenant = e.tenant AND p.person_id = e.contact_id
LEFT JOIN called AS c ON p.tenant = c.tenant AND p.person_id = c.contact_id
