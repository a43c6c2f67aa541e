-- table: crm.task_history
-- about: one row per event of a task, with the task's state after it
-- key: tenant, task_id
-- grain: tenant, event_id
-- reads: fact_task(tenant, thing_id)
-- index: tenant, owner
-- column tenant: whose it is
-- column task_id: the task
-- column event_id: the event
-- column n: the event's place among the task's, from 1
-- column occurred_at: when it happened (UTC); a stand-in if `time_precision` is unknown
-- column time_precision: how exactly that is known: instant, day or unknown
-- column occurred_on: the local day; empty if it is not known
-- column position: the event's place in the log
-- column event_type: the event's type
-- column action: what happened, in the past tense: the event's type without area and version
-- column actor: who did it, as the source says
-- column status: the task's status after the event: open, completed or cancelled
-- column changed: whether the event brought the task into that status; the first event always does
-- column contradiction: why the event can't be true beside those before it (already_planned, open, completed, cancelled) and
--      so changed nothing; empty if it can
-- column owner: the agent who is to do the task, after the event, by name
-- column due_on: the day it is due, after the event, if no time of that day is meant
-- column due_at: the time it is due, after the event (UTC); it counts if a day is given too
-- column remind_at: when to remind whoever is to do it, after the event (UTC)
-- column reference: the task's outside key, as the event gave it
WITH happened AS (
    SELECT
        tenant,
        thing_id,
        event_id,
        position,
        occurred_at,
        time_precision,
        occurred_on,
        event_type,
        action,
        subject,
        actor,
        owner,
        due_on,
        due_at,
        remind_at,
        row_number() OVER (
            PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id
        ) AS n
    FROM fact_task
),

-- Between two reopenings, the first event that ends the task ends it for that while.
eras AS (
    SELECT
        *,
        count(*) FILTER (WHERE action = 'reopened') OVER upto AS era,
        count(*) FILTER (WHERE action = 'planned') OVER upto AS plannings
    FROM happened
    WINDOW
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
),

ended AS (
    SELECT
        *,
        min(n) FILTER (WHERE action IN ('completed', 'cancelled')) OVER (PARTITION BY tenant, thing_id, era) AS ended_n
    FROM eras
),

stated AS (
    SELECT
        *,
        CASE
            WHEN n >= ended_n THEN max(action) FILTER (WHERE n = ended_n) OVER (PARTITION BY tenant, thing_id, era)
            ELSE 'open'
        END AS status
    FROM ended
),

preceded AS (
    SELECT *, coalesce(lag(status) OVER (PARTITION BY tenant, thing_id ORDER BY n), 'open') AS status_before
    FROM stated
),

judged AS (
    SELECT
        *,
        CASE
            WHEN action = 'planned' AND plannings > 1 THEN 'already_planned'
            WHEN action = 'reopened' AND status_before = 'open' THEN 'open'
            WHEN action NOT IN ('planned', 'reopened') AND status_before <> 'open' THEN status_before
        END AS contradiction
    FROM preceded
),

said AS (
    SELECT
        *,
        max(n) FILTER (WHERE owner IS NOT NULL AND contradiction IS NULL) OVER upto AS owner_n,
        max(n) FILTER (WHERE action IN ('planned', 'rescheduled') AND contradiction IS NULL) OVER upto AS due_n
    FROM judged
    WINDOW
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)

-- Of the rows up to which the same event said the last word, that event's own row says it to all.
SELECT
    tenant,
    thing_id AS task_id,
    event_id,
    n,
    occurred_at,
    time_precision,
    occurred_on,
    position,
    event_type,
    action,
    actor,
    status,
    n = 1 OR status <> status_before AS changed,
    contradiction,
    max(owner) FILTER (WHERE n = owner_n) OVER (PARTITION BY tenant, thing_id, owner_n) AS owner,
    max(due_on) FILTER (WHERE n = due_n) OVER (PARTITION BY tenant, thing_id, due_n) AS due_on,
    max(due_at) FILTER (WHERE n = due_n) OVER (PARTITION BY tenant, thing_id, due_n) AS due_at,
    max(remind_at) FILTER (WHERE n = due_n) OVER (PARTITION BY tenant, thing_id, due_n) AS remind_at,
    subject AS reference
FROM said
