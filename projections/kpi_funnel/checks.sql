-- Every deal whose opening has a known day is in the funnel of its month.
SELECT tenant, count(*) AS opened
FROM deal_history
WHERE n = opening_n AND occurred_on IS NOT NULL
GROUP BY tenant
EXCEPT
SELECT tenant, CAST(sum(opened) AS bigint) AS opened
FROM (SELECT DISTINCT tenant, month, pipeline_id, opened FROM kpi_funnel) AS cohort
GROUP BY tenant;

-- Every deal of a month is in one stage now.
SELECT tenant, month, pipeline_id
FROM kpi_funnel
GROUP BY tenant, month, pipeline_id
HAVING sum(here_now) <> min(opened);

-- A part is never more than the whole.
SELECT tenant, month, pipeline_id, stage_key
FROM kpi_funnel
WHERE
    entered > opened
    OR moved_on > entered
    OR here_now > entered
    OR won + lost > entered
    OR won_from_here > won
    OR lost_from_here > lost
    OR timed_entries > entered
    OR timed_stays > entered;
