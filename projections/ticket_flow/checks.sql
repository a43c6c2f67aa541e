-- A ticket is in the backlog at most once at the end of any of its days, and never less than not at all.
SELECT
    tenant,
    ticket_id,
    day,
    backlog
FROM (
    SELECT
        tenant,
        ticket_id,
        day,
        sum(sum(backlog_change)) OVER (PARTITION BY tenant, ticket_id ORDER BY day) AS backlog
    FROM ticket_flow
    GROUP BY tenant, ticket_id, day
) AS by_day
WHERE backlog NOT IN (0, 1);

-- What a ticket adds to a group's backlog it takes away from the same group, or it is still there.
SELECT
    tenant,
    ticket_id,
    owner,
    team,
    channel,
    priority
FROM ticket_flow
GROUP BY tenant, ticket_id, owner, team, channel, priority
HAVING sum(backlog_change) NOT IN (0, 1);

-- A ticket begins once, and is answered for the first time once.
SELECT tenant, ticket_id
FROM ticket_flow
GROUP BY tenant, ticket_id
HAVING sum(opened) > 1 OR sum(first_responses) > 1;

-- A ticket that is resolved or closed today is in no backlog today.
SELECT f.tenant, f.ticket_id
FROM ticket_flow AS f
INNER JOIN ticket AS t ON f.tenant = t.tenant AND f.ticket_id = t.ticket_id
WHERE t.status IN ('resolved', 'closed')
GROUP BY f.tenant, f.ticket_id
HAVING sum(f.backlog_change) <> 0;

-- A ticket is resolved at the first contact once, and only what was can be reopened after it.
SELECT tenant, ticket_id
FROM ticket_flow
GROUP BY tenant, ticket_id
HAVING sum(first_contact) > 1 OR sum(first_contact_reopened) > sum(first_contact);
