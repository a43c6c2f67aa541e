-- view: crm.kpi_service_median
-- about: medians and 90th percentiles of the tickets that began in a month: of all, by team, and by team and owner; they
--     can't be summed up from smaller ones, so each has a row of its own
-- grain: tenant, month, team, owner
-- reads: ticket(tenant)
-- additive: no
-- percentile first_response_seconds_median: 0.5 of first_response_seconds
-- percentile first_response_seconds_p90: 0.9 of first_response_seconds
-- percentile resolution_seconds_median: 0.5 of resolution_seconds
-- percentile resolution_seconds_p90: 0.9 of resolution_seconds
-- percentile events_median: 0.5 of events
-- column tenant: whose it is
-- column month: the first day of the month the tickets began in
-- column team: the team of the tickets' owners, (none), or (all) for the tickets of all teams
-- column owner: the agent who holds the tickets, (none), or (all) for the tickets of all owners
-- column tickets: how many tickets began
-- column first_response_seconds_median: half of their first replies took longer; in seconds from the opening
-- column first_response_seconds_p90: one in ten of their first replies took longer; what lies between two is in
--     proportion (a continuous percentile)
-- column resolution_seconds_median: half of their resolutions took longer; in seconds from the opening
-- column resolution_seconds_p90: one in ten of their resolutions took longer
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
),

listed AS (
    SELECT
        tenant,
        month,
        CASE WHEN grouping(team) = 1 THEN '(all)' ELSE team END AS team,
        CASE WHEN grouping(owner) = 1 THEN '(all)' ELSE owner END AS owner,
        count(*) AS tickets,
        count(first_response_microseconds) AS responses,
        array_agg(first_response_microseconds ORDER BY first_response_microseconds)
            FILTER (WHERE first_response_microseconds IS NOT NULL) AS response_times,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY first_response_microseconds) AS response_median,
        count(resolution_microseconds) AS resolutions,
        array_agg(resolution_microseconds ORDER BY resolution_microseconds)
            FILTER (WHERE resolution_microseconds IS NOT NULL) AS resolution_times,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY resolution_microseconds) AS resolution_median,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY events) AS events_median
    FROM begun
    GROUP BY GROUPING SETS ((tenant, month), (tenant, month, team), (tenant, month, team, owner))
),

-- The 90th percentile of n times lies 0.9 (n - 1) places behind the first: between two of them, in tenths of the way.
-- The engines' own percentile_cont differ in its last digit, so that tenths are counted, and divided once.
placed AS (
    SELECT
        *,
        9 * (responses - 1) % 10 AS response_tenths,
        CAST((9 * (responses - 1) - 9 * (responses - 1) % 10) / 10 + 1 AS integer) AS response_place,
        9 * (resolutions - 1) % 10 AS resolution_tenths,
        CAST((9 * (resolutions - 1) - 9 * (resolutions - 1) % 10) / 10 + 1 AS integer) AS resolution_place
    FROM listed
)

SELECT
    tenant,
    month,
    team,
    owner,
    tickets,
    response_median / 1000000 AS first_response_seconds_median,
    (
        response_times[response_place] * (10 - response_tenths)
        + response_times[least(response_place + 1, CAST(responses AS integer))] * response_tenths
    ) / 10000000 AS first_response_seconds_p90,
    resolution_median / 1000000 AS resolution_seconds_median,
    (
        resolution_times[resolution_place] * (10 - resolution_tenths)
        + resolution_times[least(resolution_place + 1, CAST(resolutions AS integer))] * resolution_tenths
    ) / 10000000 AS resolution_seconds_p90,
    events_median
FROM placed
