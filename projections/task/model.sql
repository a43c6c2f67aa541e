-- table: crm.task
-- about: one row per task, as it stands: who is to do it, and when; what is to be done is in personal.message
-- key: tenant, task_id
-- grain: tenant, task_id
-- reads: task_history(tenant, task_id)
-- reads: fact_task(tenant, thing_id)
-- looks up: contact_identity(tenant, contact_id) through fact_task(tenant, main_contact_id -> tenant, thing_id)
-- looks up: agent_team(tenant, name) through task(tenant, owner -> tenant, task_id)
-- index: tenant, owner
-- index: tenant, contact_id
-- column tenant: whose it is
-- column task_id: the task
-- column reference: its outside key
-- column status: open, completed or cancelled
-- column owner: the agent who is to do it, by name as the source gives it
-- column team: the owner's team when the task last heard of anything
-- column priority: low, normal, high or urgent
-- column due_on: the day it is due, if no time of that day is meant
-- column due_at: the time it is due (UTC)
-- column remind_at: when to remind whoever is to do it (UTC)
-- column planned_at: when it was planned (UTC); empty if that is not known
-- column completed_at: when it was completed (UTC), while it is
-- column cancelled_at: when it was cancelled (UTC), while it is
-- column outcome: what came of it, as a category of the source's, while it is completed
-- column contact_id: the person it concerns, the main one
-- column account_id: the account it concerns
-- column deal_id: the deal it concerns
-- column ticket_id: the ticket it concerns
-- column events: how many events tell of it
WITH latest AS (
    SELECT DISTINCT ON (tenant, task_id) * FROM task_history
    ORDER BY tenant, task_id, n DESC
),

planned AS (
    SELECT
        h.tenant,
        h.task_id,
        f.priority,
        f.main_contact_id,
        f.account_id,
        f.deal_id,
        f.ticket_id,
        CASE WHEN h.time_precision <> 'unknown' THEN h.occurred_at END AS planned_at
    FROM task_history AS h
    INNER JOIN fact_task AS f ON h.tenant = f.tenant AND h.event_id = f.event_id
    WHERE h.action = 'planned' AND h.contradiction IS NULL
),

-- What put it into its present status.
settled AS (
    SELECT DISTINCT ON (h.tenant, h.task_id)
        h.tenant,
        h.task_id,
        h.action,
        f.outcome,
        CASE WHEN h.time_precision <> 'unknown' THEN h.occurred_at END AS settled_at
    FROM task_history AS h
    INNER JOIN fact_task AS f ON h.tenant = f.tenant AND h.event_id = f.event_id
    WHERE h.action IN ('completed', 'cancelled') AND h.contradiction IS NULL
    ORDER BY h.tenant, h.task_id, h.n DESC
)

SELECT
    l.tenant,
    l.task_id,
    l.reference,
    l.status,
    l.owner,
    a.team,
    p.priority,
    l.due_on,
    l.due_at,
    l.remind_at,
    p.planned_at,
    CASE WHEN l.status = 'completed' THEN s.settled_at END AS completed_at,
    CASE WHEN l.status = 'cancelled' THEN s.settled_at END AS cancelled_at,
    CASE WHEN l.status = 'completed' THEN s.outcome END AS outcome,
    coalesce(i.person_id, p.main_contact_id) AS contact_id,
    p.account_id,
    p.deal_id,
    p.ticket_id,
    l.n AS events
FROM latest AS l
LEFT JOIN planned AS p ON l.tenant = p.tenant AND l.task_id = p.task_id
LEFT JOIN settled AS s ON l.tenant = s.tenant AND l.task_id = s.task_id
LEFT JOIN contact_identity AS i ON p.tenant = i.tenant AND p.main_contact_id = i.contact_id
LEFT JOIN agent_team AS a
    ON
        l.tenant = a.tenant
        AND l.owner = a.name
        AND (a.valid_from IS NULL OR a.valid_from <= l.occurred_at)
        AND (a.valid_to IS NULL OR l.occurred_at < a.valid_to)
