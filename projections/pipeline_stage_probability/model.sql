-- table: crm.pipeline_stage_probability
-- about: which probability a stage had at which time, so that a new definition changes no weighted value of the past
-- key: tenant, pipeline_id
-- grain: tenant, pipeline_id, stage_key, from_event_id
-- reads: fact_pipeline(tenant, thing_id)
-- reads: fact_pipeline_stage(tenant, thing_id)
-- column tenant: whose it is
-- column pipeline_id: the pipeline
-- column stage_key: the stage's permanent key
-- column from_event_id: the event that stated it
-- column valid_from: since when (UTC); empty for the first, which holds for all time before
-- column valid_to: until when (UTC), not included; empty for the present
-- column probability: chance that a deal there is won, 0 to 1
WITH stated AS (
    SELECT tenant, thing_id, event_id, occurred_at, sequence, ordinal, stage, probability FROM fact_pipeline_stage
    WHERE action = 'defined'
    UNION ALL
    SELECT tenant, thing_id, event_id, occurred_at, sequence, 0, stage, probability FROM fact_pipeline
    WHERE action = 'stage_added'
),

-- An event that states a stage twice means the last one.
said AS (
    SELECT DISTINCT ON (tenant, event_id, stage) * FROM stated
    ORDER BY tenant, event_id, stage, ordinal DESC
)

SELECT
    tenant,
    thing_id AS pipeline_id,
    stage AS stage_key,
    event_id AS from_event_id,
    CASE WHEN lag(event_id) OVER w IS NOT NULL THEN occurred_at END AS valid_from,
    lead(occurred_at) OVER w AS valid_to,
    probability
FROM said
WINDOW w AS (PARTITION BY tenant, thing_id, stage ORDER BY occurred_at, sequence NULLS LAST, event_id)
