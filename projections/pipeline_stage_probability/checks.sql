-- The last probability of a stage is the one it has now.
SELECT s.tenant, s.pipeline_id, s.stage_key
FROM pipeline_stage AS s
LEFT JOIN pipeline_stage_probability AS p
    ON s.tenant = p.tenant AND s.pipeline_id = p.pipeline_id AND s.stage_key = p.stage_key AND p.valid_to IS NULL
WHERE p.probability IS DISTINCT FROM s.probability;
