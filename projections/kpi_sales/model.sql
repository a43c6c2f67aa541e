-- view: crm.kpi_sales
-- about: kpi_sales_daily with its rates and means; to compare longer times, sum kpi_sales_daily first and divide then
-- grain: tenant, day, owner, team, pipeline, currency
-- reads: kpi_sales_daily(tenant, day, owner, team, pipeline, currency)
-- sums: kpi_sales_daily
-- again win_rate: deals_won, deals_lost
-- again average_deal_size: won_amount, deals_won
-- again sales_cycle_days: won_cycle_seconds, won_cycles
-- in currency: won_amount
-- column tenant: whose it is
-- column day: the day
-- column owner: the agent responsible
-- column team: the owner's team on that day
-- column pipeline: the pipeline's name
-- column currency: ISO 4217 code of the amounts
-- column deals_opened: deals opened
-- column deals_won: deals won
-- column deals_lost: deals lost
-- column won_amount: what the won deals were sold for
-- column win_rate: won ÷ (won + lost), 0 to 1
-- column average_deal_size: won_amount ÷ deals_won
-- column sales_cycle_days: mean days from opened to won
SELECT
    tenant,
    day,
    owner,
    team,
    pipeline,
    currency,
    deals_opened,
    deals_won,
    deals_lost,
    won_amount,
    CAST(deals_won AS double precision) / nullif(deals_won + deals_lost, 0) AS win_rate,
    CAST(won_amount AS double precision) / nullif(deals_won, 0) AS average_deal_size,
    CAST(won_cycle_seconds AS double precision) / 86400 / nullif(won_cycles, 0) AS sales_cycle_days
FROM kpi_sales_daily
