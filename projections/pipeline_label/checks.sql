-- A stage's key means that stage, whatever others are called.
SELECT s.tenant, s.pipeline_id, s.stage_key
FROM pipeline_stage AS s
LEFT JOIN pipeline_label AS l ON s.tenant = l.tenant AND s.pipeline_id = l.pipeline_id AND s.stage_key = l.label
WHERE l.stage_key IS DISTINCT FROM s.stage_key;
