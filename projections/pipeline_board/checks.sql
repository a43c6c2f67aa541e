-- Every deal is on the board once.
SELECT tenant, count(*) AS deals
FROM deal
GROUP BY tenant
EXCEPT
SELECT tenant, CAST(sum(deals) AS bigint) AS deals
FROM pipeline_board
GROUP BY tenant;
