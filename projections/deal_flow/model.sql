-- table: crm.deal_flow
-- about: what each event of a deal adds to the numbers of its day; summed up in kpi_sales_daily
-- key: tenant, deal_id
-- grain: tenant, event_id, side
-- reads: deal_history(tenant, deal_id)
-- index: tenant, day, owner
-- column tenant: whose it is
-- column deal_id: the deal
-- column event_id: the event
-- column side: event for what happened; in for the open deal it left behind; out for the open deal there was before
-- column day: the day it happened, in RAPPORT_TIMEZONE; no day counts an event without a known time, but what it changed
--     of an open deal counts on the last known day before it
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
WITH timed AS (
    SELECT
        h.*,
        count(h.occurred_on) OVER (PARTITION BY h.tenant, h.deal_id ORDER BY h.n) AS day_no
    FROM deal_history AS h
),

-- How the deal stood before its next event with a known day: what happened at an unknown time counts before that.
settled AS (
    SELECT DISTINCT ON (tenant, deal_id, day_no)
        tenant,
        deal_id,
        day_no,
        status,
        owner,
        team,
        pipeline,
        currency,
        amount,
        probability_then
    FROM timed
    ORDER BY tenant, deal_id, day_no, n DESC
),

stock AS (
    SELECT
        t.tenant,
        t.deal_id,
        t.event_id,
        t.n,
        t.occurred_on AS day,
        s.status = 'open' AS is_open,
        coalesce(s.owner, '(none)') AS owner,
        coalesce(s.team, '(none)') AS team,
        coalesce(s.pipeline, '(none)') AS pipeline,
        coalesce(s.currency, '(none)') AS currency,
        coalesce(s.amount, 0) AS amount,
        coalesce(CAST(s.amount * s.probability_then AS decimal(21, 6)), 0) AS weighted
    FROM timed AS t
    INNER JOIN settled AS s ON t.tenant = s.tenant AND t.deal_id = s.deal_id AND t.day_no = s.day_no
    WHERE t.occurred_on IS NOT NULL
),

stepped AS (
    SELECT
        tenant,
        deal_id,
        event_id,
        day,
        lag(is_open) OVER w AS was_open,
        lag(owner) OVER w AS owner,
        lag(team) OVER w AS team,
        lag(pipeline) OVER w AS pipeline,
        lag(currency) OVER w AS currency,
        lag(amount) OVER w AS amount,
        lag(weighted) OVER w AS weighted
    FROM stock
    WINDOW w AS (PARTITION BY tenant, deal_id ORDER BY n)
),

happened AS (
    SELECT
        t.tenant,
        t.deal_id,
        t.event_id,
        t.occurred_on AS day,
        coalesce(t.owner, '(none)') AS owner,
        coalesce(t.team, '(none)') AS team,
        coalesce(t.pipeline, '(none)') AS pipeline,
        coalesce(t.currency, '(none)') AS currency,
        t.n = t.opening_n AS opened,
        t.effect = 'closed' AND t.status = 'won' AS won,
        t.effect = 'closed' AND t.status = 'lost' AS lost,
        t.effect = 'reopened' AS reopened,
        coalesce(t.amount, 0) AS amount,
        CASE
            WHEN t.effect = 'closed' AND o.time_precision <> 'unknown'
                THEN CAST(extract(EPOCH FROM t.occurred_at - o.occurred_at) AS decimal(18, 6))
        END AS cycle_seconds
    FROM timed AS t
    LEFT JOIN deal_history AS o ON t.tenant = o.tenant AND t.deal_id = o.deal_id AND t.opening_n = o.n
    WHERE t.occurred_on IS NOT NULL AND (t.n = t.opening_n OR t.effect IS NOT NULL)
),

flow AS (
    SELECT
        tenant,
        deal_id,
        event_id,
        'event' AS side,
        day,
        owner,
        team,
        pipeline,
        currency,
        CASE WHEN opened THEN 1 ELSE 0 END AS deals_opened,
        CASE WHEN won THEN 1 ELSE 0 END AS deals_won,
        CASE WHEN lost THEN 1 ELSE 0 END AS deals_lost,
        CASE WHEN reopened THEN 1 ELSE 0 END AS deals_reopened,
        CASE WHEN won THEN amount ELSE 0 END AS won_amount,
        CASE WHEN lost THEN amount ELSE 0 END AS lost_amount,
        CASE WHEN won THEN coalesce(cycle_seconds, 0) ELSE 0 END AS won_cycle_seconds,
        CASE WHEN won AND cycle_seconds IS NOT NULL THEN 1 ELSE 0 END AS won_cycles,
        CASE WHEN lost THEN coalesce(cycle_seconds, 0) ELSE 0 END AS lost_cycle_seconds,
        CASE WHEN lost AND cycle_seconds IS NOT NULL THEN 1 ELSE 0 END AS lost_cycles,
        0 AS open_deals,
        0 AS open_amount,
        0 AS open_weighted
    FROM happened
    UNION ALL
    SELECT
        tenant,
        deal_id,
        event_id,
        'in',
        day,
        owner,
        team,
        pipeline,
        currency,
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
        1,
        amount,
        weighted
    FROM stock
    WHERE is_open
    UNION ALL
    SELECT
        tenant,
        deal_id,
        event_id,
        'out',
        day,
        owner,
        team,
        pipeline,
        currency,
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
        -1,
        -amount,
        -weighted
    FROM stepped
    WHERE was_open
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
