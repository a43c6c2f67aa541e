-- view: crm.kpi_funnel_rate
-- about: kpi_funnel with its rates and means; to compare longer times, sum kpi_funnel first and divide then
-- grain: tenant, month, pipeline_id, stage_key, stage_kind
-- reads: kpi_funnel(tenant, month, pipeline_id, stage_key, stage_kind)
-- sums: kpi_funnel
-- labels: pipeline, ordinal, stage
-- additive: no
-- again entered_rate: entered, opened
-- again moved_on_rate: moved_on, entered
-- again win_rate: won, entered
-- again lost_from_here_rate: lost_from_here, entered
-- again days_to_enter: seconds_to_enter, timed_entries
-- again days_inside: seconds_inside, timed_stays
-- column tenant: whose it is
-- column month: the first day of the month the deals were opened in
-- column pipeline_id: the pipeline
-- column pipeline: the pipeline's name
-- column ordinal: the stage's place in the pipeline, from 1
-- column stage_key: the stage's permanent key
-- column stage: the stage's name now
-- column stage_kind: what the stage means: open, won or lost
-- column opened: how many deals were opened in the month
-- column entered: of these, those that ever were in the stage
-- column entered_rate: entered ÷ opened, 0 to 1
-- column moved_on_rate: moved_on ÷ entered, 0 to 1: the conversion from this stage; empty for a stage that closes
-- column win_rate: won ÷ entered, 0 to 1; deals that are still open count, as not won yet
-- column lost_from_here_rate: lost_from_here ÷ entered, 0 to 1: what the stage lost
-- column days_to_enter: mean days from opening to first entering
-- column days_inside: mean days from first entering to leaving for good, of those that left
SELECT
    tenant,
    month,
    pipeline_id,
    pipeline,
    ordinal,
    stage_key,
    stage,
    stage_kind,
    opened,
    entered,
    CAST(entered AS double precision) / opened AS entered_rate,
    CASE WHEN stage_kind = 'open' THEN CAST(moved_on AS double precision) / nullif(entered, 0) END AS moved_on_rate,
    CAST(won AS double precision) / nullif(entered, 0) AS win_rate,
    CAST(lost_from_here AS double precision) / nullif(entered, 0) AS lost_from_here_rate,
    CAST(seconds_to_enter AS double precision) / 86400 / nullif(timed_entries, 0) AS days_to_enter,
    CAST(seconds_inside AS double precision) / 86400 / nullif(timed_stays, 0) AS days_inside
FROM kpi_funnel
