-- table: crm.pipeline_board
-- about: how many deals are in each stage now, and what they are worth
-- key: tenant, pipeline_id, stage_key, currency
-- grain: tenant, pipeline_id, stage_key, stage_kind, currency
-- reads: deal_on_board(tenant, pipeline_id, stage_key, currency)
-- looks up: pipeline_stage(tenant, pipeline_id) through deal_on_board(tenant, pipeline_id
--     -> tenant, pipeline_id, stage_key, currency)
-- labels: pipeline, ordinal, stage
-- in currency: amount, weighted_amount
-- column tenant: whose it is
-- column pipeline_id: the pipeline; the deals that have none are under the id of zeros
-- column pipeline: the pipeline's name, or (none)
-- column ordinal: the stage's place in the pipeline, from 1; empty for deals in no stage that the pipeline has
-- column stage_key: the stage's permanent key, or (none)
-- column stage: the stage's name, or (none)
-- column stage_kind: what the stage means: open, won or lost
-- column currency: ISO 4217 code of the amounts, or (none)
-- column deals: how many deals are there
-- column amount: what they are worth
-- column weighted_amount: what they are worth, each × its stage's probability
SELECT
    d.tenant,
    d.pipeline_id,
    min(d.pipeline) AS pipeline,
    min(s.ordinal) AS ordinal,
    d.stage_key,
    min(d.stage) AS stage,
    d.stage_kind,
    d.currency,
    count(*) AS deals,
    CAST(sum(d.amount) AS decimal(38, 4)) AS amount,
    CAST(sum(d.weighted_amount) AS decimal(38, 6)) AS weighted_amount
FROM deal_on_board AS d
LEFT JOIN pipeline_stage AS s
    ON
        d.tenant = s.tenant
        AND d.pipeline_id = s.pipeline_id
        AND d.stage_key = s.stage_key
        AND d.stage_kind = s.kind
GROUP BY d.tenant, d.pipeline_id, d.stage_key, d.stage_kind, d.currency
