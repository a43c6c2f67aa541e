-- table: crm.kpi_service_daily
-- about: what happened with tickets on each day, by owner, team, channel and priority, counted as it happened: a ticket
--     that is reopened later takes no resolution of the past away
-- key: tenant, day, owner, team, channel, priority
-- grain: tenant, day, owner, team, channel, priority
-- reads: ticket_flow(tenant, day, owner, team, channel, priority)
-- sums: ticket_flow
-- column tenant: whose it is
-- column day: the local day
-- column owner: the agent who held the ticket then, or (none)
-- column team: the owner's team then, or (none)
-- column channel: how the customer came to us, or (none)
-- column priority: how urgent the ticket was then, or (none)
-- column opened: tickets that began
-- column resolved: resolutions
-- column reopened: reopenings
-- column closed: closings
-- column first_responses: first replies whose time since the opening is known
-- column first_response_seconds: sum of those times
-- column resolutions: resolutions whose time since the opening is known
-- column resolution_seconds: sum of those times
-- column first_contact: resolutions at the first contact: after one reply of ours at most (as Zendesk counts its one-touch
--     tickets), without escalation, and without a reopening before
-- column first_contact_reopened: reopenings of tickets that had been resolved at the first contact; these were none, and
--     over a longer time the difference of the two says how many were
-- column ratings: ratings by customers
-- column rating_sum: sum of the ratings, 1 to 5 each
-- column satisfied: how many of the ratings were 4 or 5
-- column backlog_change: tickets that came into the backlog (open or on hold), less those that left it
SELECT
    tenant,
    day,
    owner,
    team,
    channel,
    priority,
    CAST(sum(opened) AS bigint) AS opened,
    CAST(sum(resolved) AS bigint) AS resolved,
    CAST(sum(reopened) AS bigint) AS reopened,
    CAST(sum(closed) AS bigint) AS closed,
    CAST(sum(first_responses) AS bigint) AS first_responses,
    CAST(sum(first_response_seconds) AS decimal(38, 6)) AS first_response_seconds,
    CAST(sum(resolutions) AS bigint) AS resolutions,
    CAST(sum(resolution_seconds) AS decimal(38, 6)) AS resolution_seconds,
    CAST(sum(first_contact) AS bigint) AS first_contact,
    CAST(sum(first_contact_reopened) AS bigint) AS first_contact_reopened,
    CAST(sum(ratings) AS bigint) AS ratings,
    CAST(sum(rating_sum) AS bigint) AS rating_sum,
    CAST(sum(satisfied) AS bigint) AS satisfied,
    CAST(sum(backlog_change) AS bigint) AS backlog_change
FROM ticket_flow
GROUP BY tenant, day, owner, team, channel, priority
HAVING
    sum(opened) <> 0 OR sum(resolved) <> 0 OR sum(reopened) <> 0 OR sum(closed) <> 0 OR sum(first_responses) <> 0
    OR sum(ratings) <> 0 OR sum(backlog_change) <> 0
