-- table: crm.customer_order
-- about: one row per order: who bought, what it comes to, and how far it is; its lines are in order_line
-- key: tenant, order_id
-- grain: tenant, order_id
-- reads: order_history(tenant, order_id)
-- reads: fact_order(tenant, thing_id)
-- looks up: contact_identity(tenant, contact_id) through fact_order(tenant, main_contact_id -> tenant, thing_id)
-- index: tenant, contact_id
-- index: tenant, account_id
-- column tenant: whose it is
-- column order_id: the order
-- column reference: its outside key
-- column number: the number it has with the customer
-- column status: placed or cancelled; whether it was paid and shipped, paid_at and shipped_at tell
-- column contact_id: the person who bought, the main one
-- column account_id: the account that bought
-- column deal_id: the deal it came from
-- column owner: the agent who sold it, by name as the source gives it
-- column channel: where it was bought
-- column amount: what it comes to after discounts, in currency
-- column currency: ISO 4217 code of the amounts
-- column refunded_amount: what was given back, in currency; refunds in another currency are left out
-- column is_paid: whether anything was paid
-- column is_shipped: whether anything was sent
-- column placed_at: when it was placed (UTC); empty if that is not known
-- column placed_on: the day it was placed, in RAPPORT_TIMEZONE
-- column paid_at: when it was paid first (UTC)
-- column shipped_at: when it was sent first (UTC)
-- column cancelled_at: when it was cancelled (UTC)
-- column events: how many events tell of it
WITH last AS (
    SELECT DISTINCT ON (tenant, order_id) * FROM order_history
    ORDER BY tenant, order_id, n DESC
),

told AS (
    SELECT
        h.tenant,
        h.order_id,
        max(f.number) FILTER (WHERE h.action = 'placed') AS number,
        max(f.channel) FILTER (WHERE h.action = 'placed') AS channel,
        max(CAST(f.main_contact_id AS text)) FILTER (WHERE h.action = 'placed') AS contact_id,
        max(CAST(f.account_id AS text)) FILTER (WHERE h.action = 'placed') AS account_id,
        max(CAST(f.deal_id AS text)) FILTER (WHERE h.action = 'placed') AS deal_id,
        max(h.occurred_at) FILTER (WHERE h.action = 'placed' AND h.time_precision <> 'unknown') AS placed_at,
        max(h.occurred_on) FILTER (WHERE h.action = 'placed') AS placed_on,
        max(h.occurred_at) FILTER (WHERE h.action = 'cancelled' AND h.time_precision <> 'unknown') AS cancelled_at,
        sum(f.amount) FILTER (
            WHERE h.action = 'refunded' AND coalesce(f.currency, l.currency, '') = coalesce(l.currency, '')
        ) AS refunded_amount
    FROM order_history AS h
    INNER JOIN fact_order AS f ON h.tenant = f.tenant AND h.event_id = f.event_id
    INNER JOIN last AS l ON h.tenant = l.tenant AND h.order_id = l.order_id
    WHERE h.contradiction IS NULL
    GROUP BY h.tenant, h.order_id
)

SELECT
    l.tenant,
    l.order_id,
    l.reference,
    t.number,
    l.status,
    coalesce(i.person_id, CAST(t.contact_id AS uuid)) AS contact_id,
    CAST(t.account_id AS uuid) AS account_id,
    CAST(t.deal_id AS uuid) AS deal_id,
    l.owner,
    t.channel,
    l.amount,
    l.currency,
    coalesce(t.refunded_amount, 0) AS refunded_amount,
    l.is_paid,
    l.is_shipped,
    t.placed_at,
    t.placed_on,
    l.paid_at,
    l.shipped_at,
    t.cancelled_at,
    l.n AS events
FROM last AS l
LEFT JOIN told AS t ON l.tenant = t.tenant AND l.order_id = t.order_id
LEFT JOIN contact_identity AS i ON l.tenant = i.tenant AND CAST(t.contact_id AS uuid) = i.contact_id
