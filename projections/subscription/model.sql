-- table: crm.subscription
-- about: one row per subscription: who has it, what it costs, and whether it runs
-- key: tenant, subscription_id
-- grain: tenant, subscription_id
-- reads: subscription_history(tenant, subscription_id)
-- reads: fact_subscription(tenant, thing_id)
-- looks up: contact_identity(tenant, contact_id) through fact_subscription(tenant, main_contact_id -> tenant, thing_id)
-- index: tenant, contact_id
-- index: tenant, account_id
-- column tenant: whose it is
-- column subscription_id: the subscription
-- column reference: its outside key
-- column status: active or ended
-- column contact_id: the person who has it, the main one, as its last start tells
-- column account_id: the account that has it, as its last start tells
-- column product_id: what was subscribed to, as its last start tells
-- column owner: the agent who sold it, by name as the source gives it
-- column plan: the plan
-- column amount: what it costs each time, in currency
-- column currency: ISO 4217 code of the amount
-- column every: how often that is to be paid: week, month, quarter or year
-- column started_at: when it started last (UTC); empty if that is not known
-- column ended_at: when it ended (UTC), while it is ended
-- column events: how many events tell of it
WITH last AS (
    SELECT DISTINCT ON (tenant, subscription_id) * FROM subscription_history
    ORDER BY tenant, subscription_id, n DESC
),

started AS (
    SELECT DISTINCT ON (h.tenant, h.subscription_id)
        h.tenant,
        h.subscription_id,
        f.main_contact_id,
        f.account_id,
        f.product_id,
        f.owner,
        CASE WHEN h.time_precision <> 'unknown' THEN h.occurred_at END AS started_at
    FROM subscription_history AS h
    INNER JOIN fact_subscription AS f ON h.tenant = f.tenant AND h.event_id = f.event_id
    WHERE h.action = 'started' AND h.contradiction IS NULL
    ORDER BY h.tenant, h.subscription_id, h.n DESC
),

ended AS (
    SELECT DISTINCT ON (tenant, subscription_id)
        tenant,
        subscription_id,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS ended_at
    FROM subscription_history
    WHERE action = 'ended' AND contradiction IS NULL
    ORDER BY tenant, subscription_id, n DESC
)

SELECT
    l.tenant,
    l.subscription_id,
    l.reference,
    l.status,
    coalesce(i.person_id, s.main_contact_id) AS contact_id,
    s.account_id,
    s.product_id,
    s.owner,
    l.plan,
    l.amount,
    l.currency,
    l.every,
    s.started_at,
    CASE WHEN l.status = 'ended' THEN e.ended_at END AS ended_at,
    l.n AS events
FROM last AS l
LEFT JOIN started AS s ON l.tenant = s.tenant AND l.subscription_id = s.subscription_id
LEFT JOIN ended AS e ON l.tenant = e.tenant AND l.subscription_id = e.subscription_id
LEFT JOIN contact_identity AS i ON s.tenant = i.tenant AND s.main_contact_id = i.contact_id
