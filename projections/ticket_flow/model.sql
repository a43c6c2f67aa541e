-- table: crm.ticket_flow
-- about: what each event of a ticket adds to the numbers of its day; summed up in kpi_service_daily
-- key: tenant, ticket_id
-- grain: tenant, event_id, side
-- reads: ticket_history(tenant, ticket_id)
-- index: tenant, day, owner
-- column tenant: whose it is
-- column ticket_id: the ticket
-- column event_id: the event
-- column side: in for what the event brought, out for the backlog that it took from the owner, team, channel and
--     priority before
-- column day: the local day it happened; events without a known time are in no day
-- column owner: the agent who holds the ticket, or (none)
-- column team: the owner's team at that time, or (none)
-- column channel: how the customer came to us, or (none)
-- column priority: how urgent the ticket is, or (none)
-- column opened: 1 if the ticket began with the event
-- column resolved: 1 if the event resolved it
-- column reopened: 1 if the event reopened it
-- column closed: 1 if the event closed it
-- column first_responses: 1 if it is our first reply, and its time since the opening is known
-- column first_response_seconds: that time; 0 otherwise
-- column resolutions: 1 if the event resolved it, and its time since the opening is known
-- column resolution_seconds: that time; 0 otherwise
-- column first_contact: 1 if the event resolved it at the first contact: see is_first_contact in ticket_history
-- column first_contact_reopened: 1 if the event reopened it after that
-- column ratings: 1 if the customer rated it with the event
-- column rating_sum: their rating, 1 to 5; 0 otherwise
-- column satisfied: 1 if they gave 4 or 5
-- column backlog_change: 1 if the ticket came into this backlog, -1 if it left it
WITH whole AS (
    SELECT
        *,
        last_value(status) OVER (
            PARTITION BY tenant, ticket_id ORDER BY n
            ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS final_status,
        count(*) FILTER (WHERE is_first_contact AND occurred_on IS NOT NULL) OVER before AS first_contacts_before,
        count(*) FILTER (WHERE action = 'reopened' AND contradiction IS NULL) OVER before AS reopenings_before
    FROM ticket_history
    WINDOW before AS (PARTITION BY tenant, ticket_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),

-- What we know the day of. A ticket that ended on a day nobody knows leaves the backlog on its last known day: it must
-- not stay there for ever.
dated AS (
    SELECT
        tenant,
        ticket_id,
        event_id,
        n,
        occurred_on AS day,
        coalesce(owner, '(none)') AS owner,
        coalesce(team, '(none)') AS team,
        coalesce(channel, '(none)') AS channel,
        coalesce(priority, '(none)') AS priority,
        CASE WHEN contradiction IS NULL THEN action END AS effect,
        is_opening,
        is_first_response,
        is_first_contact,
        action = 'reopened'
        AND contradiction IS NULL
        AND first_contacts_before = 1
        AND reopenings_before = 0 AS undoes_first_contact,
        seconds_since_opening,
        score,
        status IN ('open', 'on_hold')
        AND (
            final_status IN ('open', 'on_hold')
            OR lead(n) OVER (PARTITION BY tenant, ticket_id ORDER BY n) IS NOT NULL
        ) AS waits
    FROM whole
    WHERE occurred_on IS NOT NULL
),

stepped AS (
    SELECT
        *,
        coalesce(lag(waits) OVER w, FALSE) AS waited,
        lag(owner) OVER w AS owner_before,
        lag(team) OVER w AS team_before,
        lag(channel) OVER w AS channel_before,
        lag(priority) OVER w AS priority_before
    FROM dated
    WINDOW w AS (PARTITION BY tenant, ticket_id ORDER BY n)
),

weighed AS (
    SELECT
        *,
        waits <> waited
        OR owner <> owner_before
        OR team <> team_before
        OR channel <> channel_before
        OR priority <> priority_before AS moved
    FROM stepped
),

flow AS (
    SELECT
        tenant,
        ticket_id,
        event_id,
        'in' AS side,
        day,
        owner,
        team,
        channel,
        priority,
        CASE WHEN is_opening THEN 1 ELSE 0 END AS opened,
        CASE WHEN effect = 'resolved' THEN 1 ELSE 0 END AS resolved,
        CASE WHEN effect = 'reopened' THEN 1 ELSE 0 END AS reopened,
        CASE WHEN effect = 'closed' THEN 1 ELSE 0 END AS closed,
        CASE WHEN is_first_response AND seconds_since_opening IS NOT NULL THEN 1 ELSE 0 END AS first_responses,
        CASE WHEN is_first_response THEN coalesce(seconds_since_opening, 0) ELSE 0 END AS first_response_seconds,
        CASE WHEN effect = 'resolved' AND seconds_since_opening IS NOT NULL THEN 1 ELSE 0 END AS resolutions,
        CASE WHEN effect = 'resolved' THEN coalesce(seconds_since_opening, 0) ELSE 0 END AS resolution_seconds,
        CASE WHEN is_first_contact THEN 1 ELSE 0 END AS first_contact,
        CASE WHEN undoes_first_contact THEN 1 ELSE 0 END AS first_contact_reopened,
        CASE WHEN score IS NOT NULL THEN 1 ELSE 0 END AS ratings,
        coalesce(score, 0) AS rating_sum,
        CASE WHEN score >= 4 THEN 1 ELSE 0 END AS satisfied,
        CASE WHEN waits AND moved THEN 1 ELSE 0 END AS backlog_change
    FROM weighed
    UNION ALL
    SELECT
        tenant,
        ticket_id,
        event_id,
        'out',
        day,
        owner_before,
        team_before,
        channel_before,
        priority_before,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        -1
    FROM weighed
    WHERE waited AND moved
)

SELECT
    tenant,
    ticket_id,
    event_id,
    side,
    day,
    owner,
    team,
    channel,
    priority,
    CAST(opened AS bigint) AS opened,
    CAST(resolved AS bigint) AS resolved,
    CAST(reopened AS bigint) AS reopened,
    CAST(closed AS bigint) AS closed,
    CAST(first_responses AS bigint) AS first_responses,
    CAST(first_response_seconds AS decimal(18, 6)) AS first_response_seconds,
    CAST(resolutions AS bigint) AS resolutions,
    CAST(resolution_seconds AS decimal(18, 6)) AS resolution_seconds,
    CAST(first_contact AS bigint) AS first_contact,
    CAST(first_contact_reopened AS bigint) AS first_contact_reopened,
    CAST(ratings AS bigint) AS ratings,
    CAST(rating_sum AS bigint) AS rating_sum,
    CAST(satisfied AS bigint) AS satisfied,
    CAST(backlog_change AS bigint) AS backlog_change
FROM flow
WHERE
    opened <> 0 OR resolved <> 0 OR reopened <> 0 OR closed <> 0 OR first_responses <> 0 OR ratings <> 0
    OR backlog_change <> 0
