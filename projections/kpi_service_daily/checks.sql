-- The days add up to the flow.
SELECT tenant, sum(opened), sum(resolved), sum(reopened), sum(closed), sum(ratings), sum(backlog_change)
FROM kpi_service_daily
GROUP BY tenant
EXCEPT
SELECT tenant, sum(opened), sum(resolved), sum(reopened), sum(closed), sum(ratings), sum(backlog_change)
FROM ticket_flow
GROUP BY tenant;

-- Every ticket whose beginning has a known day is counted on that day.
SELECT tenant, opened_on, count(*) AS opened
FROM ticket
WHERE opened_on IS NOT NULL
GROUP BY tenant, opened_on
EXCEPT
SELECT tenant, day, CAST(sum(opened) AS bigint)
FROM kpi_service_daily
GROUP BY tenant, day;

-- A part is never more than the whole.
SELECT tenant, day
FROM kpi_service_daily
WHERE
    resolutions > resolved
    OR first_contact > resolved
    OR first_contact_reopened > reopened
    OR satisfied > ratings
    OR rating_sum NOT BETWEEN ratings AND 5 * ratings;
