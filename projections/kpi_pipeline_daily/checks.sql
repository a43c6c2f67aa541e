-- No day ends with fewer than no open deals.
SELECT tenant, day
FROM kpi_pipeline_daily
WHERE open_deals < 0;

-- On the last day the open pipeline is what all days together changed.
SELECT k.tenant
FROM (SELECT tenant, max(day) AS day, sum(open_deals) AS open_deals FROM kpi_sales_daily GROUP BY tenant) AS k
LEFT JOIN kpi_pipeline_daily AS p ON k.tenant = p.tenant AND k.day = p.day
GROUP BY k.tenant, k.open_deals
HAVING coalesce(sum(p.open_deals), 0) <> k.open_deals;
