-- The events of a task are numbered from 1 without gaps.
SELECT tenant, task_id
FROM task_history
GROUP BY tenant, task_id
HAVING min(n) <> 1 OR max(n) <> count(*);

-- What contradicts the task's state changes none of it.
SELECT b.tenant, b.event_id
FROM task_history AS a
INNER JOIN task_history AS b ON a.tenant = b.tenant AND a.task_id = b.task_id AND a.n + 1 = b.n
WHERE
    b.contradiction IS NOT NULL
    AND (
        b.changed
        OR a.status <> b.status
        OR a.owner IS DISTINCT FROM b.owner
        OR a.due_on IS DISTINCT FROM b.due_on
        OR a.due_at IS DISTINCT FROM b.due_at
        OR a.remind_at IS DISTINCT FROM b.remind_at
    );

-- An event that is no contradiction leaves the task in the status that its name says.
SELECT tenant, event_id
FROM task_history
WHERE
    contradiction IS NULL
    AND (
        (action IN ('completed', 'cancelled') AND status <> action)
        OR (action = 'reopened' AND status <> 'open')
    );
