-- Every closing with a known day is counted on it, once.
SELECT
    tenant,
    occurred_on,
    CAST(sum(CASE WHEN status = 'won' THEN 1 ELSE 0 END) AS bigint) AS won,
    CAST(sum(CASE WHEN status = 'lost' THEN 1 ELSE 0 END) AS bigint) AS lost
FROM deal_history
WHERE effect = 'closed' AND occurred_on IS NOT NULL
GROUP BY tenant, occurred_on
EXCEPT
SELECT tenant, day, CAST(sum(deals_won) AS bigint) AS won, CAST(sum(deals_lost) AS bigint) AS lost
FROM kpi_sales_daily
GROUP BY tenant, day;

-- A deal is opened once at most.
SELECT k.tenant
FROM (SELECT tenant, sum(deals_opened) AS opened FROM kpi_sales_daily GROUP BY tenant) AS k
INNER JOIN (SELECT tenant, count(opened_at) AS opened FROM deal GROUP BY tenant) AS d ON k.tenant = d.tenant
WHERE k.opened <> d.opened;
