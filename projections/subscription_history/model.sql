-- table: crm.subscription_history
-- about: one row per event of a subscription, with the subscription's state after it
-- key: tenant, subscription_id
-- grain: tenant, event_id
-- reads: fact_subscription(tenant, thing_id)
-- column tenant: whose it is
-- column subscription_id: the subscription
-- column event_id: the event
-- column n: the event's place among the subscription's, from 1
-- column occurred_at: when it happened (UTC); a stand-in if `time_precision` is unknown
-- column time_precision: how exactly that is known: instant, day or unknown
-- column occurred_on: the local day; empty if it is not known
-- column position: the event's place in the log
-- column event_type: the event's type
-- column action: what happened, in the past tense: the event's type without area and version
-- column actor: who did it, as the source says
-- column status: the subscription's status after the event: active or ended
-- column changed: whether the event brought the subscription into that status; the first event always does
-- column contradiction: why the event can't be true beside those before it (already_started, ended) and
--      so changed nothing; empty if it can
-- column plan: the plan, after the event, by the source's own name
-- column amount: what is paid each time, after the event, in `currency`
-- column currency: ISO 4217 code of the amount
-- column every: how often it is paid, after the event: week, month, quarter or year
-- column reference: the subscription's outside key, as the event gave it
WITH happened AS (
    SELECT
        tenant,
        thing_id,
        event_id,
        position,
        occurred_at,
        time_precision,
        occurred_on,
        event_type,
        action,
        subject,
        actor,
        plan,
        amount,
        currency,
        every,
        row_number() OVER (
            PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id
        ) AS n
    FROM fact_subscription
),

placed AS (
    SELECT
        *,
        coalesce(max(n) FILTER (WHERE action = 'started') OVER before, 0) AS started_n,
        coalesce(max(n) FILTER (WHERE action = 'ended') OVER before, 0) AS ended_n
    FROM happened
    WINDOW
        before AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),

preceded AS (
    SELECT *, CASE WHEN ended_n > started_n THEN 'ended' ELSE 'active' END AS status_before
    FROM placed
),

judged AS (
    SELECT
        *,
        CASE
            WHEN action = 'started' AND started_n > 0 AND status_before = 'active' THEN 'already_started'
            WHEN action IN ('changed', 'ended') AND status_before = 'ended' THEN 'ended'
        END AS contradiction,
        CASE action WHEN 'started' THEN 'active' WHEN 'ended' THEN 'ended' ELSE status_before END AS status
    FROM preceded
),

said AS (
    SELECT
        *,
        max(n) FILTER (WHERE plan IS NOT NULL AND contradiction IS NULL) OVER upto AS plan_n,
        max(n) FILTER (WHERE amount IS NOT NULL AND contradiction IS NULL) OVER upto AS amount_n,
        max(n) FILTER (WHERE currency IS NOT NULL AND contradiction IS NULL) OVER upto AS currency_n,
        max(n) FILTER (WHERE every IS NOT NULL AND contradiction IS NULL) OVER upto AS every_n
    FROM judged
    WINDOW
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)

-- Of the rows up to which the same event said the last word, that event's own row says it to all.
SELECT
    tenant,
    thing_id AS subscription_id,
    event_id,
    n,
    occurred_at,
    time_precision,
    occurred_on,
    position,
    event_type,
    action,
    actor,
    status,
    n = 1 OR status <> status_before AS changed,
    contradiction,
    max(plan) FILTER (WHERE n = plan_n) OVER (PARTITION BY tenant, thing_id, plan_n) AS plan,
    max(amount) FILTER (WHERE n = amount_n) OVER (PARTITION BY tenant, thing_id, amount_n) AS amount,
    max(currency) FILTER (WHERE n = currency_n) OVER (PARTITION BY tenant, thing_id, currency_n) AS currency,
    max(every) FILTER (WHERE n = every_n) OVER (PARTITION BY tenant, thing_id, every_n) AS every,
    subject AS reference
FROM said
