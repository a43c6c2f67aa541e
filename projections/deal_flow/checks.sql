-- Over all its days a deal is open once or not at all.
SELECT tenant, deal_id
FROM deal_flow
GROUP BY tenant, deal_id
HAVING sum(open_deals) NOT IN (0, 1);

-- A deal that is not open is worth nothing in the open pipeline.
SELECT tenant, deal_id
FROM deal_flow
GROUP BY tenant, deal_id
HAVING sum(open_deals) = 0 AND (sum(open_amount) <> 0 OR sum(open_weighted) <> 0);
