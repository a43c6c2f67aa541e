-- table: crm.product
-- about: one row per product that has events of its own, as known now
-- key: tenant, product_id
-- grain: tenant, product_id
-- reads: fact_product(tenant, thing_id)
-- index: tenant, name
-- column tenant: whose it is
-- column product_id: the product
-- column reference: the product's outside key; empty if it is personal
-- column name: the product's name
-- column family: the series or family it belongs to
-- column price: list price of one unit, in currency
-- column currency: ISO 4217 code of the price
-- column status: listed while we sell it, withdrawn when no longer, unknown if nothing says so
WITH fact AS (
    SELECT
        *,
        row_number() OVER w AS n,
        count(name) OVER w AS name_no,
        count(family) OVER w AS family_no,
        count(price) OVER w AS price_no,
        count(currency) OVER w AS currency_no,
        count(*) FILTER (WHERE action IN ('listed', 'withdrawn')) OVER w AS status_no
    FROM fact_product
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id)
),

product AS (
    SELECT
        tenant,
        thing_id,
        n,
        max(subject) FILTER (WHERE subject NOT LIKE 'product:id:%') OVER (PARTITION BY tenant, thing_id) AS reference,
        first_value(name) OVER (PARTITION BY tenant, thing_id, name_no ORDER BY n) AS name,
        first_value(family) OVER (PARTITION BY tenant, thing_id, family_no ORDER BY n) AS family,
        first_value(price) OVER (PARTITION BY tenant, thing_id, price_no ORDER BY n) AS price,
        first_value(currency) OVER (PARTITION BY tenant, thing_id, currency_no ORDER BY n) AS currency,
        first_value(action) OVER (PARTITION BY tenant, thing_id, status_no ORDER BY n) AS last_action,
        status_no
    FROM fact
)

SELECT DISTINCT ON (tenant, thing_id)
    tenant,
    thing_id AS product_id,
    reference,
    name,
    family,
    price,
    currency,
    CASE WHEN status_no = 0 THEN 'unknown' ELSE last_action END AS status
FROM product
ORDER BY tenant, thing_id, n DESC
