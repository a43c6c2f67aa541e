-- There is no backlog of less than nothing.
SELECT
    tenant,
    day,
    owner,
    team,
    channel,
    priority
FROM kpi_backlog_daily
WHERE open_tickets < 0;
