-- table: crm.order_history
-- about: one row per event of an order, with the order's state after it
-- key: tenant, order_id
-- grain: tenant, event_id
-- reads: fact_order(tenant, thing_id)
-- index: tenant, owner
-- column tenant: whose it is
-- column order_id: the order
-- column event_id: the event
-- column n: the event's place among the order's, from 1
-- column occurred_at: when it happened (UTC); a stand-in if `time_precision` is unknown
-- column time_precision: how exactly that is known: instant, day or unknown
-- column occurred_on: the local day; empty if it is not known
-- column position: the event's place in the log
-- column event_type: the event's type
-- column action: what happened, in the past tense: the event's type without area and version
-- column actor: who did it, as the source says
-- column status: the order's status after the event: placed or cancelled
-- column changed: whether the event brought the order into that status; the first event always does
-- column contradiction: why the event can't be true beside those before it (already_placed, cancelled) and
--      so changed nothing; empty if it can
-- column amount: what the order comes to after discounts, in `currency`, as its placing says
-- column currency: ISO 4217 code of the amount
-- column owner: the agent who sold it, by name
-- column is_paid: whether any of it was paid, up to the event
-- column is_shipped: whether any of it was sent, up to the event
-- column paid_at: when the first part was paid (UTC); empty if the time is not known
-- column shipped_at: when the first part was sent (UTC); empty if the time is not known
-- column reference: the order's outside key, as the event gave it
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
        amount,
        currency,
        owner,
        row_number() OVER (
            PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id
        ) AS n
    FROM fact_order
),

preceded AS (
    SELECT
        *,
        count(*) FILTER (WHERE action = 'placed') OVER upto AS placings,
        CASE
            WHEN min(n) FILTER (WHERE action = 'cancelled') OVER upto < n THEN 'cancelled' ELSE 'placed'
        END AS status_before,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS known_at
    FROM happened
    WINDOW
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

judged AS (
    SELECT
        *,
        CASE
            WHEN action = 'placed' AND placings > 1 THEN 'already_placed'
            WHEN action IN ('paid', 'shipped', 'cancelled') AND status_before = 'cancelled' THEN 'cancelled'
        END AS contradiction,
        CASE WHEN action = 'cancelled' THEN 'cancelled' ELSE status_before END AS status
    FROM preceded
),

parts AS (
    SELECT
        *,
        min(n) FILTER (WHERE action = 'paid' AND contradiction IS NULL) OVER upto AS paid_n,
        min(n) FILTER (WHERE action = 'shipped' AND contradiction IS NULL) OVER upto AS shipped_n,
        action = 'placed' AND contradiction IS NULL AS is_placing
    FROM judged
    WINDOW
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)

SELECT
    tenant,
    thing_id AS order_id,
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
    max(amount) FILTER (WHERE is_placing) OVER upto AS amount,
    max(currency) FILTER (WHERE is_placing) OVER upto AS currency,
    max(owner) FILTER (WHERE is_placing) OVER upto AS owner,
    paid_n IS NOT NULL AS is_paid,
    shipped_n IS NOT NULL AS is_shipped,
    max(known_at) FILTER (WHERE n = paid_n) OVER upto AS paid_at,
    max(known_at) FILTER (WHERE n = shipped_n) OVER upto AS shipped_at,
    subject AS reference
FROM parts
WINDOW
    upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
