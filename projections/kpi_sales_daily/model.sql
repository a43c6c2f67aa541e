-- table: crm.kpi_sales_daily
-- about: what happened with deals on each day, by owner, team, pipeline and currency, counted as it happened: a deal
--        that is reopened or lost later changes no day of the past
-- key: tenant, day, owner, team, pipeline, currency
-- grain: tenant, day, owner, team, pipeline, currency
-- reads: deal_flow(tenant, day, owner, team, pipeline, currency)
-- sums: deal_flow
-- in currency: won_amount, lost_amount, open_amount, open_weighted
-- column tenant: whose it is
-- column day: the day, in RAPPORT_TIMEZONE
-- column owner: the agent responsible, or (none)
-- column team: the owner's team on that day, or (none)
-- column pipeline: the pipeline's name, or (none)
-- column currency: ISO 4217 code of the amounts, or (none); amounts of several currencies are never added
-- column deals_opened: deals opened
-- column deals_won: deals won
-- column deals_lost: deals lost
-- column deals_reopened: deals reopened
-- column won_amount: what the won deals were sold for
-- column lost_amount: what the lost deals were worth
-- column won_cycle_seconds: sum of the won deals' sales cycles (from opened to won), in seconds
-- column won_cycles: how many of the won deals have a known sales cycle
-- column lost_cycle_seconds: sum of the lost deals' cycles (from opened to lost), in seconds
-- column lost_cycles: how many of the lost deals have a known cycle
-- column open_deals: change of the number of open deals
-- column open_amount: change of the open pipeline
-- column open_weighted: change of the weighted open pipeline (amount × probability)
SELECT
    tenant,
    day,
    owner,
    team,
    pipeline,
    currency,
    CAST(sum(deals_opened) AS bigint) AS deals_opened,
    CAST(sum(deals_won) AS bigint) AS deals_won,
    CAST(sum(deals_lost) AS bigint) AS deals_lost,
    CAST(sum(deals_reopened) AS bigint) AS deals_reopened,
    CAST(sum(won_amount) AS decimal(38, 4)) AS won_amount,
    CAST(sum(lost_amount) AS decimal(38, 4)) AS lost_amount,
    CAST(sum(won_cycle_seconds) AS decimal(38, 6)) AS won_cycle_seconds,
    CAST(sum(won_cycles) AS bigint) AS won_cycles,
    CAST(sum(lost_cycle_seconds) AS decimal(38, 6)) AS lost_cycle_seconds,
    CAST(sum(lost_cycles) AS bigint) AS lost_cycles,
    CAST(sum(open_deals) AS bigint) AS open_deals,
    CAST(sum(open_amount) AS decimal(38, 4)) AS open_amount,
    CAST(sum(open_weighted) AS decimal(38, 6)) AS open_weighted
FROM deal_flow
GROUP BY tenant, day, owner, team, pipeline, currency
HAVING
    sum(deals_opened) <> 0 OR sum(deals_won) <> 0 OR sum(deals_lost) <> 0 OR sum(deals_reopened) <> 0
    OR sum(open_deals) <> 0 OR sum(open_amount) <> 0 OR sum(open_weighted) <> 0
