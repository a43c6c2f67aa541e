-- A ticket's times stand with the events that made them, and its number of events with the one it began with. It counts
-- among all tickets, among its team's, and among its owner's.
WITH happened AS (
    SELECT
        h.tenant,
        h.ticket_id,
        h.event_id,
        h.is_opening,
        h.is_first_response,
        -- What resolved it is its last resolution, if no reopening came after it.
        h.action = 'resolved'
        AND h.contradiction IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM ticket_history AS l
            WHERE
                l.tenant = h.tenant
                AND l.ticket_id = h.ticket_id
                AND l.n > h.n
                AND l.action IN ('resolved', 'reopened')
                AND l.contradiction IS NULL
        ) AS is_resolution
    FROM ticket_history AS h
    WHERE h.is_opening OR h.is_first_response OR h.action = 'resolved'
)

SELECT
    t.tenant,
    CAST(date_trunc('month', t.opened_on) AS date) AS month,
    CASE WHEN g.depth > 1 THEN coalesce(t.team, '(none)') ELSE '(all)' END AS team,
    CASE WHEN g.depth > 2 THEN coalesce(t.owner, '(none)') ELSE '(all)' END AS owner,
    h.event_id,
    CASE WHEN h.is_opening THEN 1 ELSE 0 END AS tickets,
    CASE WHEN h.is_first_response THEN t.first_response_seconds END AS first_response_seconds,
    CASE WHEN h.is_resolution THEN t.resolution_seconds END AS resolution_seconds,
    CASE WHEN h.is_opening THEN t.events END AS events
FROM ticket AS t
INNER JOIN happened AS h ON t.tenant = h.tenant AND t.ticket_id = h.ticket_id
CROSS JOIN (SELECT 1 AS depth UNION ALL SELECT 2 UNION ALL SELECT 3) AS g
WHERE t.opened_on IS NOT NULL
