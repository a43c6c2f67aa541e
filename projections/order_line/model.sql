-- table: crm.order_line
-- about: one row per line of an order: so much of one thing; of an order placed twice, the first placing's lines
-- key: tenant, order_id
-- grain: tenant, order_id, n
-- reads: order_history(tenant, order_id)
-- reads: fact_order_line(tenant, thing_id)
-- index: tenant, product_id
-- column tenant: whose it is
-- column order_id: the order
-- column n: the line's place in the order, from 1
-- column placed_on: the day the order was placed, in RAPPORT_TIMEZONE; empty if the time is not known
-- column product_id: the product
-- column label: what the line says, if no product does
-- column quantity: how much of it
-- column unit_price: what one costs before the discount, in currency
-- column discount: the share taken off, 0 to 1
-- column amount: what the line comes to, after the discount, in currency
-- column currency: ISO 4217 code of the amounts
SELECT
    h.tenant,
    h.order_id,
    l.ordinal AS n,
    h.occurred_on AS placed_on,
    l.product_id,
    l.label,
    l.quantity,
    l.unit_price,
    l.discount,
    l.amount,
    h.currency
FROM order_history AS h
INNER JOIN fact_order_line AS l ON h.tenant = l.tenant AND h.event_id = l.event_id
WHERE h.action = 'placed' AND h.contradiction IS NULL
