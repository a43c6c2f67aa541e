-- table: crm.pipeline_label
-- about: every word that names a stage: its key, its name and its former names
-- key: tenant, pipeline_id
-- grain: tenant, pipeline_id, label
-- reads: pipeline_stage(tenant, pipeline_id)
-- reads: fact_pipeline(tenant, thing_id)
-- column tenant: whose it is
-- column pipeline_id: the pipeline
-- column label: the word an event may call the stage by
-- column stage_key: the stage it means; a key wins over a name, and of several stages the first in order
-- column stage: the stage's name now
-- column kind: what being there means for a deal: open, won or lost
-- column probability: chance that a deal there is won, 0 to 1
-- column ordinal: the stage's place in the pipeline, from 1
WITH label AS (
    SELECT tenant, pipeline_id, stage_key, stage_key AS label, 0 AS preference FROM pipeline_stage
    UNION ALL
    SELECT tenant, thing_id, stage, name, 1 FROM fact_pipeline
    WHERE action = 'stage_renamed'
)

SELECT DISTINCT ON (s.tenant, s.pipeline_id, l.label)
    s.tenant,
    s.pipeline_id,
    l.label,
    s.stage_key,
    s.stage,
    s.kind,
    s.probability,
    s.ordinal
FROM label AS l
INNER JOIN pipeline_stage AS s
    ON l.tenant = s.tenant AND l.pipeline_id = s.pipeline_id AND l.stage_key = s.stage_key
ORDER BY s.tenant, s.pipeline_id, l.label, l.preference, s.ordinal
