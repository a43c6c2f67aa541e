-- table: crm.kpi_funnel
-- about: how the deals of a month went through the stages of their pipeline, by the month they were opened in, so that
--     those lost later stay in; every stage the pipeline has is there, with or without deals
-- key: tenant, month, pipeline_id
-- grain: tenant, month, pipeline_id, stage_key, stage_kind
-- reads: deal_funnel(tenant, month, pipeline_id)
-- looks up: pipeline_stage(tenant, pipeline_id) through deal_funnel(tenant, pipeline_id -> tenant, month, pipeline_id)
-- labels: pipeline, ordinal, stage
-- additive: no
-- column tenant: whose it is
-- column month: the first day of the month the deals were opened in
-- column pipeline_id: the pipeline; the deals that have none are under the id of zeros
-- column pipeline: the pipeline's name, or (none)
-- column ordinal: the stage's place in the pipeline, from 1; empty for a stage that the pipeline has not
-- column stage_key: the stage's permanent key, or (none)
-- column stage: the stage's name now, or (none)
-- column stage_kind: what the stage means: open, won or lost
-- column opened: how many deals were opened in the month; the same for all stages of a pipeline
-- column entered: of these, those that ever were in the stage
-- column moved_on: of those entered, those that then went to an open stage further along, or were won
-- column here_now: of those entered, those that are there now
-- column won: of those entered, those that are won now
-- column lost: of those entered, those that are lost now
-- column won_from_here: of those won, those that came to be so straight from this stage
-- column lost_from_here: of those lost, those that came to be so straight from this stage
-- column timed_entries: of those entered, those whose time from opening to first entering is known
-- column seconds_to_enter: the sum of these times, in seconds
-- column timed_stays: of those entered, those that left for good, after a known time
-- column seconds_inside: the sum of these times, from first entering to leaving for good, in seconds
WITH cohort AS (
    SELECT
        tenant,
        month,
        pipeline_id,
        min(pipeline) AS pipeline,
        count(DISTINCT deal_id) AS opened
    FROM deal_funnel
    GROUP BY tenant, month, pipeline_id
),

counted AS (
    SELECT
        tenant,
        month,
        pipeline_id,
        stage_key,
        stage_kind,
        min(stage) AS stage,
        count(*) AS entered,
        count(*) FILTER (WHERE moved_on) AS moved_on,
        count(*) FILTER (WHERE is_current) AS here_now,
        count(*) FILTER (WHERE status = 'won') AS won,
        count(*) FILTER (WHERE status = 'lost') AS lost,
        count(*) FILTER (WHERE closed_from_here AND status = 'won') AS won_from_here,
        count(*) FILTER (WHERE closed_from_here AND status = 'lost') AS lost_from_here,
        count(seconds_to_enter) AS timed_entries,
        sum(seconds_to_enter) AS seconds_to_enter,
        count(seconds_inside) AS timed_stays,
        sum(seconds_inside) AS seconds_inside
    FROM deal_funnel
    GROUP BY tenant, month, pipeline_id, stage_key, stage_kind
),

-- The stages that deals of the month were in, and those that the pipeline has now.
step AS (
    SELECT tenant, month, pipeline_id, stage_key, stage_kind FROM counted
    UNION
    SELECT c.tenant, c.month, c.pipeline_id, s.stage_key, s.kind
    FROM cohort AS c
    INNER JOIN pipeline_stage AS s ON c.tenant = s.tenant AND c.pipeline_id = s.pipeline_id AND NOT s.is_retired
)

SELECT
    t.tenant,
    t.month,
    t.pipeline_id,
    c.pipeline,
    s.ordinal,
    t.stage_key,
    coalesce(s.stage, d.stage) AS stage,
    t.stage_kind,
    c.opened,
    coalesce(d.entered, 0) AS entered,
    coalesce(d.moved_on, 0) AS moved_on,
    coalesce(d.here_now, 0) AS here_now,
    coalesce(d.won, 0) AS won,
    coalesce(d.lost, 0) AS lost,
    coalesce(d.won_from_here, 0) AS won_from_here,
    coalesce(d.lost_from_here, 0) AS lost_from_here,
    coalesce(d.timed_entries, 0) AS timed_entries,
    CAST(coalesce(d.seconds_to_enter, 0) AS decimal(38, 6)) AS seconds_to_enter,
    coalesce(d.timed_stays, 0) AS timed_stays,
    CAST(coalesce(d.seconds_inside, 0) AS decimal(38, 6)) AS seconds_inside
FROM step AS t
INNER JOIN cohort AS c ON t.tenant = c.tenant AND t.month = c.month AND t.pipeline_id = c.pipeline_id
LEFT JOIN counted AS d
    ON
        t.tenant = d.tenant
        AND t.month = d.month
        AND t.pipeline_id = d.pipeline_id
        AND t.stage_key = d.stage_key
        AND t.stage_kind = d.stage_kind
LEFT JOIN pipeline_stage AS s
    ON
        t.tenant = s.tenant
        AND t.pipeline_id = s.pipeline_id
        AND t.stage_key = s.stage_key
        AND t.stage_kind = s.kind
