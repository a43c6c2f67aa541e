-- Every event of a ticket is counted, and every ticket with an event is here.
SELECT tenant, ticket_id, count(*) AS events
FROM ticket_history
GROUP BY tenant, ticket_id
EXCEPT
SELECT tenant, ticket_id, events FROM ticket;

-- Only what is resolved or closed was resolved, and only what is closed was closed.
SELECT tenant, ticket_id
FROM ticket
WHERE
    (resolved_at IS NOT NULL AND status NOT IN ('resolved', 'closed'))
    OR (closed_at IS NOT NULL AND status <> 'closed');

-- Durations are never negative.
SELECT tenant, ticket_id
FROM ticket
WHERE first_response_seconds < 0 OR resolution_seconds < 0;

-- What was resolved at the first contact is resolved still.
SELECT tenant, ticket_id
FROM ticket
WHERE at_first_contact AND (status NOT IN ('resolved', 'closed') OR reopened > 0);
