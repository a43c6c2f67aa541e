-- Every task that any event tells of has one row.
SELECT tenant, task_id FROM task_history
EXCEPT
SELECT tenant, task_id FROM task;

-- Only what is completed was completed, and only what is cancelled was cancelled.
SELECT tenant, task_id FROM task
WHERE (completed_at IS NOT NULL AND status <> 'completed') OR (cancelled_at IS NOT NULL AND status <> 'cancelled');
