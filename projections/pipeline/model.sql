-- table: crm.pipeline
-- about: one row per pipeline
-- key: tenant, pipeline_id
-- grain: tenant, pipeline_id
-- reads: fact_pipeline(tenant, thing_id)
-- column tenant: whose it is
-- column pipeline_id: the pipeline
-- column name: its name; its outside key until a definition names it
-- column reference: its outside key
SELECT DISTINCT ON (tenant, thing_id)
    tenant,
    thing_id AS pipeline_id,
    -- Only a definition names the pipeline: the name in a renaming is a stage's.
    CASE WHEN action = 'defined' THEN name ELSE regexp_replace(subject, '^[^:]*:[^:]*:', '') END AS name,
    subject AS reference
FROM fact_pipeline
ORDER BY tenant, thing_id, action = 'defined' DESC, occurred_at DESC, sequence DESC NULLS FIRST, event_id DESC
