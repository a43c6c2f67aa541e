-- table: crm.deal_funnel
-- about: one row per deal and stage it has been in since its opening, once however often it was there; summed up in
--     kpi_funnel. Deals whose opening has no known day are not here
-- key: tenant, deal_id
-- grain: tenant, deal_id, stage_key, stage_kind
-- reads: deal_history(tenant, deal_id)
-- looks up: pipeline_stage(tenant, pipeline_id) through deal_history(tenant, pipeline_id -> tenant, deal_id)
-- index: tenant, month, pipeline_id
-- index: tenant, pipeline_id
-- column tenant: whose it is
-- column deal_id: the deal
-- column month: the first day of the month it was opened in, in RAPPORT_TIMEZONE
-- column pipeline_id: the pipeline; the deals that have none are under the id of zeros
-- column pipeline: the pipeline's name, or (none)
-- column stage_key: the stage's permanent key, or (none) for a deal that was in no stage the pipeline has
-- column stage: the stage's name now, or (none)
-- column stage_kind: what the stage means: open, won or lost
-- column entered_at: when the deal first came there (UTC); empty if the time is not known
-- column left_at: when it left for good (UTC); empty while it is there, or if the time is not known
-- column seconds_to_enter: from opening to first coming there, in seconds; empty if either time is not known
-- column seconds_inside: from first coming there to leaving for good, in seconds, with all detours; empty unless both
--     times are known
-- column moved_on: whether it went from this open stage to one further along (a higher ordinal), or was won, after it
--     first came there; where it went back to later does not matter
-- column is_current: whether it is there now
-- column status: what the deal is now: open, won or lost
-- column closed_from_here: whether it is closed now, and came there straight from this stage
WITH step AS (
    -- What was before the opening is no step. To win is further than any stage, and to lose is no way forward.
    SELECT
        h.tenant,
        h.deal_id,
        h.n,
        h.opening_n,
        h.closing_n,
        h.status,
        h.occurred_at,
        h.occurred_on,
        h.pipeline_id,
        h.pipeline,
        coalesce(h.stage_key, '(none)') AS stage_key,
        coalesce(h.stage, '(none)') AS stage,
        coalesce(h.stage_kind, 'open') AS stage_kind,
        CASE WHEN h.time_precision <> 'unknown' THEN h.occurred_at END AS known_at,
        CASE h.stage_kind WHEN 'won' THEN 1000000 WHEN 'lost' THEN -1 ELSE coalesce(s.ordinal, 0) END AS place
    FROM deal_history AS h
    LEFT JOIN pipeline_stage AS s
        ON
            h.tenant = s.tenant
            AND h.pipeline_id = s.pipeline_id
            AND h.stage_key = s.stage_key
            AND h.stage_kind = s.kind
    WHERE h.opening_n IS NOT NULL
),

followed AS (
    SELECT
        *,
        max(place) OVER (
            PARTITION BY tenant, deal_id ORDER BY n ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS furthest_later,
        lead(known_at) OVER (PARTITION BY tenant, deal_id ORDER BY n) AS next_at,
        first_value(occurred_at) OVER whole AS opened_at,
        first_value(occurred_on) OVER whole AS opened_on,
        last_value(n) OVER whole AS latest_n,
        last_value(status) OVER whole AS status_now,
        last_value(closing_n) OVER whole AS closing_n_now
    FROM step
    WINDOW
        whole AS (PARTITION BY tenant, deal_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),

-- Each stage by its first row; what it left last for, and whether it was closed from there, stands beside.
entered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY tenant, deal_id, stage_key, stage_kind ORDER BY n) AS nth,
        last_value(n) OVER stay AS last_n,
        last_value(next_at) OVER stay AS left_at,
        max(CASE WHEN n = closing_n_now - 1 THEN 1 ELSE 0 END) OVER stay AS closed_from
    FROM followed
    WINDOW
        stay AS (
            PARTITION BY tenant, deal_id, stage_key, stage_kind ORDER BY n
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        )
)

SELECT
    tenant,
    deal_id,
    CAST(date_trunc('month', opened_on) AS date) AS month,
    coalesce(pipeline_id, CAST('00000000-0000-0000-0000-000000000000' AS uuid)) AS pipeline_id,
    coalesce(pipeline, '(none)') AS pipeline,
    stage_key,
    stage,
    stage_kind,
    known_at AS entered_at,
    left_at,
    CAST(extract(EPOCH FROM known_at - opened_at) AS decimal(18, 6)) AS seconds_to_enter,
    CAST(extract(EPOCH FROM left_at - known_at) AS decimal(18, 6)) AS seconds_inside,
    stage_kind = 'open' AND coalesce(furthest_later > place, FALSE) AS moved_on,
    last_n = latest_n AS is_current,
    status_now AS status,
    closed_from = 1 AS closed_from_here
FROM entered
WHERE nth = 1 AND opened_on IS NOT NULL
