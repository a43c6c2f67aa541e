-- The stages of a pipeline are counted from 1, without a gap.
SELECT tenant, pipeline_id
FROM pipeline_stage
GROUP BY tenant, pipeline_id
HAVING min(ordinal) <> 1 OR max(ordinal) <> count(*);

-- Retired stages come last.
SELECT r.tenant, r.pipeline_id, r.stage_key
FROM pipeline_stage AS r
INNER JOIN pipeline_stage AS s ON r.tenant = s.tenant AND r.pipeline_id = s.pipeline_id AND r.ordinal < s.ordinal
WHERE r.is_retired AND NOT s.is_retired;
