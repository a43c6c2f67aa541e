-- table: crm.deal_flow
-- about: what each event of a deal adds to the numbers of its day; summed up in kpi_sales_daily
-- key: tenant, deal_id
-- grain: tenant, event_id, side
-- reads: deal_history(tenant, deal_id)
-- index: tenant, day, owner
-- column tenant: whose it is
-- column deal_id: the deal
-- column event_id: the event
-- column side: in for what the event brought, out for what it took from the owner, team, pipeline or currency before
-- column day: the day it happened, in RAPPORT_TIMEZONE; events without a known time are in no day
-- column owner: the agent responsible, or (none)
-- column team: the owner's team at that time, or (none)
-- column pipeline: the pipeline's name, or (none)
-- column currency: ISO 4217 code of the amounts, or (none)
-- column deals_opened: 1 if the event opened the deal
-- column deals_won: 1 if the event won it
-- column deals_lost: 1 if the event lost it
-- column deals_reopened: 1 if the event reopened it
-- column won_amount: what it was sold for, if the event won it
-- column lost_amount: what it was worth, if the event lost it
-- column won_cycle_seconds: from opened to won, in seconds, if both times are known
-- column won_cycles: 1 if won_cycle_seconds is known
-- column lost_cycle_seconds: from opened to lost, in seconds, if both times are known
-- column lost_cycles: 1 if lost_cycle_seconds is known
-- column open_deals: change of the number of open deals
-- column open_amount: change of the amount of open deals
-- column open_weighted: change of amount × probability of open deals, by the probability of that day
WITH dated AS (
    SELECT
        h.tenant,
        h.deal_id,
        h.event_id,
        h.n,
        h.occurred_at,
        h.occurred_on AS day,
        h.effect,
        h.n = h.opening_n AS is_opening,
        h.status,
        coalesce(h.owner, '(none)') AS owner,
        coalesce(h.team, '(none)') AS team,
        coalesce(h.pipeline, '(none)') AS pipeline,
        coalesce(h.currency, '(none)') AS currency,
        h.amount,
        CASE WHEN h.status = 'open' THEN 1 ELSE 0 END AS open_deals,
        CASE WHEN h.status = 'open' THEN coalesce(h.amount, 0) ELSE 0 END AS open_amount,
        CASE WHEN h.status = 'open' THEN coalesce(CAST(h.amount * h.probability_then AS decimal(21, 6)), 0) ELSE 0 END
            AS open_weighted,
        CASE WHEN o.time_precision <> 'unknown' THEN o.occurred_at END AS opened_at
    FROM deal_history AS h
    LEFT JOIN deal_history AS o ON h.tenant = o.tenant AND h.deal_id = o.deal_id AND h.opening_n = o.n
    WHERE h.occurred_on IS NOT NULL
),

stepped AS (
    SELECT
        d.*,
        lag(owner) OVER w AS owner_before,
        lag(team) OVER w AS team_before,
        lag(pipeline) OVER w AS pipeline_before,
        lag(currency) OVER w AS currency_before,
        coalesce(lag(open_deals) OVER w, 0) AS open_deals_before,
        coalesce(lag(open_amount) OVER w, 0) AS open_amount_before,
        coalesce(lag(open_weighted) OVER w, 0) AS open_weighted_before,
        CASE WHEN effect = 'closed' THEN CAST(extract(EPOCH FROM occurred_at - opened_at) AS decimal(18, 6)) END
            AS cycle_seconds
    FROM dated AS d
    WINDOW w AS (PARTITION BY tenant, deal_id ORDER BY n)
),

flow AS (
    SELECT
        tenant,
        deal_id,
        event_id,
        'in' AS side,
        day,
        owner,
        team,
        pipeline,
        currency,
        CASE WHEN is_opening THEN 1 ELSE 0 END AS deals_opened,
        CASE WHEN effect = 'closed' AND status = 'won' THEN 1 ELSE 0 END AS deals_won,
        CASE WHEN effect = 'closed' AND status = 'lost' THEN 1 ELSE 0 END AS deals_lost,
        CASE WHEN effect = 'reopened' THEN 1 ELSE 0 END AS deals_reopened,
        CASE WHEN effect = 'closed' AND status = 'won' THEN coalesce(amount, 0) ELSE 0 END AS won_amount,
        CASE WHEN effect = 'closed' AND status = 'lost' THEN coalesce(amount, 0) ELSE 0 END AS lost_amount,
        CASE WHEN status = 'won' THEN coalesce(cycle_seconds, 0) ELSE 0 END AS won_cycle_seconds,
        CASE WHEN status = 'won' AND cycle_seconds IS NOT NULL THEN 1 ELSE 0 END AS won_cycles,
        CASE WHEN status = 'lost' THEN coalesce(cycle_seconds, 0) ELSE 0 END AS lost_cycle_seconds,
        CASE WHEN status = 'lost' AND cycle_seconds IS NOT NULL THEN 1 ELSE 0 END AS lost_cycles,
        open_deals,
        open_amount,
        open_weighted
    FROM stepped
    UNION ALL
    SELECT
        tenant,
        deal_id,
        event_id,
        'out',
        day,
        owner_before,
        team_before,
        pipeline_before,
        currency_before,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        -open_deals_before,
        -open_amount_before,
        -open_weighted_before
    FROM stepped
    WHERE open_deals_before > 0
)

SELECT
    tenant,
    deal_id,
    event_id,
    side,
    day,
    owner,
    team,
    pipeline,
    currency,
    CAST(deals_opened AS bigint) AS deals_opened,
    CAST(deals_won AS bigint) AS deals_won,
    CAST(deals_lost AS bigint) AS deals_lost,
    CAST(deals_reopened AS bigint) AS deals_reopened,
    CAST(won_amount AS decimal(19, 4)) AS won_amount,
    CAST(lost_amount AS decimal(19, 4)) AS lost_amount,
    CAST(won_cycle_seconds AS decimal(18, 6)) AS won_cycle_seconds,
    CAST(won_cycles AS bigint) AS won_cycles,
    CAST(lost_cycle_seconds AS decimal(18, 6)) AS lost_cycle_seconds,
    CAST(lost_cycles AS bigint) AS lost_cycles,
    CAST(open_deals AS bigint) AS open_deals,
    CAST(open_amount AS decimal(19, 4)) AS open_amount,
    CAST(open_weighted AS decimal(21, 6)) AS open_weighted
FROM flow
