-- table: crm.contact_account
-- about: one row per person and account they belong to now: joined, or added with it, and not left after that
-- key: tenant, contact_id
-- grain: tenant, contact_id, account_id
-- reads: contact_person(tenant, person_id)
-- looks up: fact_contact(tenant, thing_id) through contact_person(tenant, contact_id -> tenant, person_id)
-- index: tenant, account_id
-- column tenant: whose it is
-- column contact_id: the person
-- column account_id: the account
-- column account: the account, as a reference
-- column role: the person's role there
-- column joined_at: since when (UTC); empty if the time is not known
-- column is_current: whether it is the one stated last of the person's accounts, which `contact` shows
WITH stated AS (
    SELECT
        p.tenant,
        p.person_id,
        f.account_id,
        f.account,
        f.role,
        f.action,
        CASE WHEN f.time_precision <> 'unknown' THEN f.occurred_at END AS known_at,
        row_number() OVER (
            PARTITION BY p.tenant, p.person_id ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM contact_person AS p
    INNER JOIN fact_contact AS f ON p.tenant = f.tenant AND p.contact_id = f.thing_id
    WHERE f.account_id IS NOT NULL
),

departed AS (
    SELECT tenant, person_id, account_id, max(n) AS n FROM stated
    WHERE action = 'left_account'
    GROUP BY tenant, person_id, account_id
),

standing AS (
    SELECT s.*
    FROM stated AS s
    LEFT JOIN departed AS d ON s.tenant = d.tenant AND s.person_id = d.person_id AND s.account_id = d.account_id
    WHERE s.n > coalesce(d.n, 0)
),

membership AS (
    SELECT
        tenant,
        person_id,
        account_id,
        coalesce(max(account) FILTER (WHERE account NOT LIKE 'account:id:%'), max(account)) AS account,
        min(n) AS first_n,
        max(n) AS last_n,
        max(n) FILTER (WHERE role IS NOT NULL) AS role_n
    FROM standing
    GROUP BY tenant, person_id, account_id
)

SELECT
    m.tenant,
    m.person_id AS contact_id,
    m.account_id,
    m.account,
    r.role,
    f.known_at AS joined_at,
    m.last_n = max(m.last_n) OVER (PARTITION BY m.tenant, m.person_id) AS is_current
FROM membership AS m
INNER JOIN standing AS f ON m.tenant = f.tenant AND m.person_id = f.person_id AND m.first_n = f.n
LEFT JOIN standing AS r ON m.tenant = r.tenant AND m.person_id = r.person_id AND m.role_n = r.n
