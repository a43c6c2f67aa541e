-- view: crm.kpi_service_median
-- about: medians of the tickets that began in a month: of all, by team, and by team and owner; a median can't be summed
--     up from smaller ones, so each has a row of its own
-- grain: tenant, month, team, owner
-- reads: ticket(tenant, ticket_id)
-- column tenant: whose it is
-- column month: the first day of the month the tickets began in
-- column team: the team of the tickets' owners, (none), or (all) for the tickets of all teams
-- column owner: the agent who holds the tickets, (none), or (all) for the tickets of all owners
-- column tickets: how many tickets began
-- column first_response_seconds_median: half of their first replies took longer; in seconds from the opening
-- column resolution_seconds_median: half of their resolutions took longer; in seconds from the opening
-- column events_median: half of them have more events

-- Whole microseconds, so that the middle of two is exact, and the same on all engines.
WITH begun AS (
    SELECT
        tenant,
        CAST(date_trunc('month', opened_on) AS date) AS month,
        coalesce(team, '(none)') AS team,
        coalesce(owner, '(none)') AS owner,
        CAST(CAST(first_response_seconds AS decimal(24, 6)) * 1000000 AS double precision)
            AS first_response_microseconds,
        CAST(CAST(resolution_seconds AS decimal(24, 6)) * 1000000 AS double precision)
            AS resolution_microseconds,
        CAST(events AS double precision) AS events
    FROM ticket
    WHERE opened_on IS NOT NULL
)

SELECT
    tenant,
    month,
    CASE WHEN grouping(team) = 1 THEN '(all)' ELSE team END AS team,
    CASE WHEN grouping(owner) = 1 THEN '(all)' ELSE owner END AS owner,
    count(*) AS tickets,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response_microseconds) / 1000000 AS first_response_seconds_median,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_microseconds) / 1000000 AS resolution_seconds_median,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY events) AS events_median
FROM begun
GROUP BY GROUPING SETS ((tenant, month), (tenant, month, team), (tenant, month, team, owner))
