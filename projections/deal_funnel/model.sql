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
WITH opening AS (
    SELECT
        tenant,
        deal_id,
        occurred_at AS opened_at,
        CAST(date_trunc('month', occurred_on) AS date) AS month
    FROM deal_history
    WHERE n = opening_n AND occurred_on IS NOT NULL
),

latest AS (
    SELECT DISTINCT ON (tenant, deal_id)
        tenant,
        deal_id,
        n,
        status,
        closing_n
    FROM deal_history
    ORDER BY tenant, deal_id, n DESC
),

-- What was before the opening is no step. To win is further than any stage, and to lose is no way forward.
step AS (
    SELECT
        h.tenant,
        h.deal_id,
        h.n,
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
        lead(known_at) OVER (PARTITION BY tenant, deal_id ORDER BY n) AS next_at
    FROM step
),

first_row AS (
    SELECT DISTINCT ON (tenant, deal_id, stage_key, stage_kind) * FROM followed
    ORDER BY tenant, deal_id, stage_key, stage_kind, n
),

last_row AS (
    SELECT DISTINCT ON (tenant, deal_id, stage_key, stage_kind)
        tenant,
        deal_id,
        stage_key,
        stage_kind,
        n,
        next_at
    FROM followed
    ORDER BY tenant, deal_id, stage_key, stage_kind, n DESC
),

closed_from AS (
    SELECT l.tenant, l.deal_id, f.stage_key, f.stage_kind
    FROM latest AS l
    INNER JOIN followed AS f ON l.tenant = f.tenant AND l.deal_id = f.deal_id AND l.closing_n - 1 = f.n
)

SELECT
    f.tenant,
    f.deal_id,
    o.month,
    coalesce(f.pipeline_id, CAST('00000000-0000-0000-0000-000000000000' AS uuid)) AS pipeline_id,
    coalesce(f.pipeline, '(none)') AS pipeline,
    f.stage_key,
    f.stage,
    f.stage_kind,
    f.known_at AS entered_at,
    t.next_at AS left_at,
    CAST(extract(EPOCH FROM f.known_at - o.opened_at) AS decimal(18, 6)) AS seconds_to_enter,
    CAST(extract(EPOCH FROM t.next_at - f.known_at) AS decimal(18, 6)) AS seconds_inside,
    f.stage_kind = 'open' AND coalesce(f.furthest_later > f.place, FALSE) AS moved_on,
    t.n = l.n AS is_current,
    l.status,
    c.stage_key IS NOT NULL AS closed_from_here
FROM first_row AS f
INNER JOIN last_row AS t
    ON f.tenant = t.tenant AND f.deal_id = t.deal_id AND f.stage_key = t.stage_key AND f.stage_kind = t.stage_kind
INNER JOIN opening AS o ON f.tenant = o.tenant AND f.deal_id = o.deal_id
INNER JOIN latest AS l ON f.tenant = l.tenant AND f.deal_id = l.deal_id
LEFT JOIN closed_from AS c
    ON f.tenant = c.tenant AND f.deal_id = c.deal_id AND f.stage_key = c.stage_key AND f.stage_kind = c.stage_kind
