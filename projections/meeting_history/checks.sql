-- The events of a meeting are numbered from 1 without gaps.
SELECT tenant, meeting_id
FROM meeting_history
GROUP BY tenant, meeting_id
HAVING min(n) <> 1 OR max(n) <> count(*);

-- What contradicts the meeting's state changes none of it.
SELECT b.tenant, b.event_id
FROM meeting_history AS a
INNER JOIN meeting_history AS b ON a.tenant = b.tenant AND a.meeting_id = b.meeting_id AND a.n + 1 = b.n
WHERE
    b.contradiction IS NOT NULL
    AND (
        b.changed
        OR a.status <> b.status
        OR a.starts_at IS DISTINCT FROM b.starts_at
        OR a.ends_at IS DISTINCT FROM b.ends_at
    );

-- An event that is no contradiction leaves the meeting in the status that its name says.
SELECT tenant, event_id
FROM meeting_history
WHERE
    contradiction IS NULL
    AND (
        (action IN ('held', 'cancelled') AND status <> action)
        OR (action = 'scheduled' AND status = 'cancelled')
    );
