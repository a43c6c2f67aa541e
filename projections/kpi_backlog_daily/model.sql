-- view: crm.kpi_backlog_daily
-- about: the tickets open or on hold at the end of any day, from the first day with a ticket to the last day on which
--     anything happened with one; a ticket that ended, nobody knows when, counts until the last day that is known of it
-- grain: tenant, day, owner, team, channel, priority
-- reads: kpi_service_daily(tenant, day, owner, team, channel, priority)
-- sums: kpi_service_daily
-- up to: day
-- sum open_tickets: backlog_change
-- column tenant: whose it is
-- column day: the local day
-- column owner: the agent who held the tickets at its end, or (none)
-- column team: the owner's team when the ticket last changed, or (none)
-- column channel: how the customer came to us, or (none)
-- column priority: how urgent the tickets were at its end, or (none)
-- column open_tickets: how many there were; days and groups without any have no row
WITH RECURSIVE calendar (tenant, day, last_day) AS (
    SELECT tenant, min(day), max(day) FROM kpi_service_daily
    GROUP BY tenant
    UNION ALL
    SELECT tenant, day + 1, last_day FROM calendar
    WHERE day < last_day
),

-- Each change holds until the next one of its group.
stock AS (
    SELECT
        tenant,
        day AS from_day,
        lead(day) OVER w AS to_day,
        owner,
        team,
        channel,
        priority,
        sum(backlog_change) OVER w AS open_tickets
    FROM kpi_service_daily
    WHERE backlog_change <> 0
    WINDOW w AS (PARTITION BY tenant, owner, team, channel, priority ORDER BY day)
)

SELECT
    c.tenant,
    c.day,
    s.owner,
    s.team,
    s.channel,
    s.priority,
    CAST(s.open_tickets AS bigint) AS open_tickets
FROM calendar AS c
INNER JOIN stock AS s
    ON c.tenant = s.tenant AND c.day >= s.from_day AND (s.to_day IS NULL OR c.day < s.to_day)
WHERE s.open_tickets <> 0
