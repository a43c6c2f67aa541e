-- table: crm.deal_on_board
-- about: where each deal stands on the board, with a value where the deal has none; summed up in pipeline_board
-- key: tenant, deal_id
-- grain: tenant, deal_id
-- reads: deal(tenant, deal_id)
-- index: tenant, pipeline_id, stage_key
-- column tenant: whose it is
-- column deal_id: the deal
-- column pipeline_id: the pipeline, or the id of zeros
-- column pipeline: the pipeline's name, or (none)
-- column stage_key: the stage's permanent key, or (none)
-- column stage: the stage's name, or (none)
-- column stage_kind: what the stage means: open, won or lost
-- column currency: ISO 4217 code of the amount, or (none)
-- column amount: what the deal is worth, 0 if that is not known
-- column weighted_amount: amount × probability, 0 if either is not known
SELECT
    tenant,
    deal_id,
    coalesce(pipeline_id, CAST('00000000-0000-0000-0000-000000000000' AS uuid)) AS pipeline_id,
    coalesce(pipeline, '(none)') AS pipeline,
    coalesce(stage_key, '(none)') AS stage_key,
    coalesce(stage, '(none)') AS stage,
    coalesce(stage_kind, 'open') AS stage_kind,
    coalesce(currency, '(none)') AS currency,
    CAST(coalesce(amount, 0) AS decimal(19, 4)) AS amount,
    CAST(coalesce(weighted_amount, 0) AS decimal(21, 6)) AS weighted_amount
FROM deal
