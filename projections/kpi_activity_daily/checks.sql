-- Every type of activity has a word for its kind.
SELECT tenant, day
FROM kpi_activity_daily
WHERE kind IS NULL;

-- A part is never more than the whole, and no row counts nothing.
SELECT
    tenant,
    day,
    kind
FROM kpi_activity_daily
WHERE activities < 1 OR missed > activities OR timed > activities OR (timed = 0 AND seconds <> 0);
