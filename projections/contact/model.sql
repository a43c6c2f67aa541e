-- table: crm.contact
-- about: one row per person that any event names, without personal data: names and addresses stand in personal.contact
-- key: tenant, contact_id
-- grain: tenant, contact_id
-- reads: contact_person(tenant, person_id)
-- reads: contact_account(tenant, contact_id)
-- looks up: fact_contact(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, account_id
-- index: tenant, owner
-- column tenant: whose it is
-- column contact_id: the person
-- column reference: their outside key, of several the first in the order of the alphabet; empty if all are personal
-- column account_id: the account they belong to; of several, the one stated last (all are in contact_account)
-- column role: their role there
-- column owner: the agent responsible, by name as the source gives it
-- column preferred_channel: the channel they prefer: email, phone, sms, post or chat
-- column avoid: channels they do not want, separated by commas
-- column language: the language to write in
-- column added_at: when the person was first added (UTC); empty if never, or if the time is not known
-- column linked_contacts: how many contacts are this person; 1 if it is linked with no other
WITH person AS (
    SELECT tenant, person_id, count(*) AS linked_contacts FROM contact_person
    GROUP BY tenant, person_id
),

fact AS (
    SELECT
        p.tenant,
        p.person_id,
        f.action,
        f.owner,
        f.preferred,
        nullif(translate(f.avoid, '[]"', ''), '') AS avoid,
        f.language,
        CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS known_at,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_contact AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
),

named AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        reference
    FROM contact_person
    ORDER BY tenant, person_id, reference COLLATE "C" NULLS LAST
),

added AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        known_at
    FROM fact
    WHERE action = 'added'
    ORDER BY tenant, person_id, n
),

owned AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        owner
    FROM fact
    WHERE owner IS NOT NULL
    ORDER BY tenant, person_id, n DESC
),

-- Preferences are set as a whole: what the last word leaves out is no longer wished.
preference AS (
    SELECT DISTINCT ON (tenant, person_id)
        tenant,
        person_id,
        preferred,
        avoid,
        language
    FROM fact
    WHERE action = 'communication_preferences_set'
    ORDER BY tenant, person_id, n DESC
)

SELECT
    p.tenant,
    p.person_id AS contact_id,
    n.reference,
    c.account_id,
    c.role,
    o.owner,
    w.preferred AS preferred_channel,
    w.avoid,
    w.language,
    a.known_at AS added_at,
    p.linked_contacts
FROM person AS p
LEFT JOIN named AS n ON p.tenant = n.tenant AND p.person_id = n.person_id
LEFT JOIN added AS a ON p.tenant = a.tenant AND p.person_id = a.person_id
LEFT JOIN owned AS o ON p.tenant = o.tenant AND p.person_id = o.person_id
LEFT JOIN preference AS w ON p.tenant = w.tenant AND p.person_id = w.person_id
LEFT JOIN contact_account AS c ON p.tenant = c.tenant AND p.person_id = c.contact_id AND c.is_current
