-- view: crm.kpi_service
-- about: kpi_service_daily with its means and rates; to compare longer times, sum kpi_service_daily first, then divide
-- grain: tenant, day, owner, team, channel, priority
-- reads: kpi_service_daily(tenant, day, owner, team, channel, priority)
-- sums: kpi_service_daily
-- again first_response_seconds_mean: first_response_seconds, first_responses
-- again resolution_seconds_mean: resolution_seconds, resolutions
-- again reopened_per_resolved: reopened, resolved
-- again first_contact_rate: first_contact, first_contact_reopened, resolved
-- again rating_mean: rating_sum, ratings
-- again satisfied_rate: satisfied, ratings
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
-- column first_response_seconds_mean: mean time from opening to first reply, of the first replies of that day
-- column resolution_seconds_mean: mean time from opening to resolution, of the resolutions of that day
-- column reopened_per_resolved: reopenings for each resolution
-- column first_contact_rate: (first_contact - first_contact_reopened) ÷ resolved (FCR): the resolutions at the first
--     contact, less those that came back that day, of all resolutions; below 0 if more came back than there were
-- column rating_mean: mean rating, 1 to 5
-- column satisfied_rate: ratings of 4 or 5 ÷ all ratings (CSAT), 0 to 1
-- column backlog_change: tickets that came into the backlog (open or on hold), less those that left it
SELECT
    tenant,
    day,
    owner,
    team,
    channel,
    priority,
    opened,
    resolved,
    reopened,
    closed,
    CAST(first_response_seconds AS double precision) / nullif(first_responses, 0) AS first_response_seconds_mean,
    CAST(resolution_seconds AS double precision) / nullif(resolutions, 0) AS resolution_seconds_mean,
    CAST(reopened AS double precision) / nullif(resolved, 0) AS reopened_per_resolved,
    CAST(first_contact - first_contact_reopened AS double precision) / nullif(resolved, 0) AS first_contact_rate,
    CAST(rating_sum AS double precision) / nullif(ratings, 0) AS rating_mean,
    CAST(satisfied AS double precision) / nullif(ratings, 0) AS satisfied_rate,
    backlog_change
FROM kpi_service_daily
