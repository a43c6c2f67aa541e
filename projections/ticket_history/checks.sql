-- The events of a ticket are numbered from 1 without gaps.
SELECT tenant, ticket_id
FROM ticket_history
GROUP BY tenant, ticket_id
HAVING min(n) <> 1 OR max(n) <> count(*);

-- Time never runs backwards in a ticket.
SELECT a.tenant, a.event_id
FROM ticket_history AS a
INNER JOIN ticket_history AS b ON a.tenant = b.tenant AND a.ticket_id = b.ticket_id AND a.n + 1 = b.n
WHERE a.occurred_at > b.occurred_at;

-- A ticket begins once, and we reply to it first at most once.
SELECT tenant, ticket_id
FROM ticket_history
GROUP BY tenant, ticket_id
HAVING count(*) FILTER (WHERE is_opening) <> 1 OR count(*) FILTER (WHERE is_first_response) > 1;

-- What contradicts the ticket's state changes neither status nor owner nor priority.
SELECT b.tenant, b.event_id
FROM ticket_history AS a
INNER JOIN ticket_history AS b ON a.tenant = b.tenant AND a.ticket_id = b.ticket_id AND a.n + 1 = b.n
WHERE
    b.contradiction IS NOT NULL
    AND (
        b.changed
        OR a.status <> b.status
        OR a.owner IS DISTINCT FROM b.owner
        OR a.priority IS DISTINCT FROM b.priority
    );

-- An event that is no contradiction leaves the ticket in the status that its name says.
SELECT tenant, event_id
FROM ticket_history
WHERE
    contradiction IS NULL
    AND (
        (action IN ('resolved', 'closed') AND status <> action)
        OR (action = 'reopened' AND status <> 'open')
        OR (action = 'put_on_hold' AND status <> 'on_hold')
    );

-- A ticket is resolved at the first contact once at most.
SELECT tenant, ticket_id
FROM ticket_history
GROUP BY tenant, ticket_id
HAVING count(*) FILTER (WHERE is_first_contact) > 1;
