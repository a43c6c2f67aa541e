-- view: crm.kpi_pipeline_daily
-- about: the open pipeline at the end of any day, from the first day with a deal to the last day with an event of one
-- grain: tenant, day, owner, team, pipeline, currency
-- reads: kpi_sales_daily(tenant, day, owner, team, pipeline, currency)
-- sums: kpi_sales_daily
-- up to: day
-- in currency: open_amount, open_weighted
-- column tenant: whose it is
-- column day: the day
-- column owner: the agent responsible, or (none)
-- column team: the owner's team when the deal last changed, or (none)
-- column pipeline: the pipeline's name, or (none)
-- column currency: ISO 4217 code of the amounts, or (none)
-- column open_deals: how many deals were open at the day's end
-- column open_amount: what they were worth
-- column open_weighted: what they were worth, each × the probability its stage gave when the deal last changed
WITH RECURSIVE calendar (tenant, day, last_day) AS (
    SELECT tenant, min(day), max(day) FROM kpi_sales_daily
    GROUP BY tenant
    UNION ALL
    SELECT tenant, day + 1, last_day FROM calendar
    WHERE day < last_day
),

slice AS (
    SELECT DISTINCT tenant, owner, team, pipeline, currency FROM kpi_sales_daily
),

stock AS (
    SELECT
        c.tenant,
        c.day,
        s.owner,
        s.team,
        s.pipeline,
        s.currency,
        sum(coalesce(k.open_deals, 0)) OVER w AS open_deals,
        sum(coalesce(k.open_amount, 0)) OVER w AS open_amount,
        sum(coalesce(k.open_weighted, 0)) OVER w AS open_weighted
    FROM calendar AS c
    INNER JOIN slice AS s ON c.tenant = s.tenant
    LEFT JOIN kpi_sales_daily AS k
        ON
            c.tenant = k.tenant
            AND c.day = k.day
            AND s.owner = k.owner
            AND s.team = k.team
            AND s.pipeline = k.pipeline
            AND s.currency = k.currency
    WINDOW w AS (PARTITION BY c.tenant, s.owner, s.team, s.pipeline, s.currency ORDER BY c.day)
)

SELECT
    tenant,
    day,
    owner,
    team,
    pipeline,
    currency,
    CAST(open_deals AS bigint) AS open_deals,
    CAST(open_amount AS decimal(38, 4)) AS open_amount,
    CAST(open_weighted AS decimal(38, 6)) AS open_weighted
FROM stock
WHERE open_deals <> 0 OR open_amount <> 0 OR open_weighted <> 0
