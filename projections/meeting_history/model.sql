-- table: crm.meeting_history
-- about: one row per event of a meeting, with the meeting's state after it
-- key: tenant, meeting_id
-- grain: tenant, event_id
-- reads: fact_meeting(tenant, thing_id)
-- column tenant: whose it is
-- column meeting_id: the meeting
-- column event_id: the event
-- column n: the event's place among the meeting's, from 1
-- column occurred_at: when it happened (UTC); a stand-in if `time_precision` is unknown
-- column time_precision: how exactly that is known: instant, day or unknown
-- column occurred_on: the local day; empty if it is not known
-- column position: the event's place in the log
-- column event_type: the event's type
-- column action: what happened, in the past tense: the event's type without area and version
-- column actor: who did it, as the source says
-- column status: the meeting's status after the event: planned, held or cancelled
-- column changed: whether the event brought the meeting into that status; the first event always does
-- column contradiction: why the event can't be true beside those before it (already_scheduled, held, cancelled) and
--      so changed nothing; empty if it can
-- column starts_at: when the meeting begins, after the event (UTC)
-- column ends_at: when it ends, after the event (UTC); empty if nobody said so
-- column reference: the meeting's outside key, as the event gave it
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
        starts_at,
        ends_at,
        row_number() OVER (
            PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id
        ) AS n
    FROM fact_meeting
),

placed AS (
    SELECT
        *,
        coalesce(max(n) FILTER (WHERE action = 'scheduled') OVER before, 0) AS scheduled_n,
        coalesce(max(n) FILTER (WHERE action = 'cancelled') OVER before, 0) AS cancelled_n
    FROM happened
    WINDOW
        before AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),

-- A meeting is held once and for good, by the first event that says so while it is not cancelled.
held AS (
    SELECT *, min(n) FILTER (WHERE action = 'held' AND cancelled_n <= scheduled_n) OVER whole AS held_n
    FROM placed
    WINDOW
        whole AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),

preceded AS (
    SELECT
        *,
        CASE WHEN held_n < n THEN 'held' WHEN cancelled_n > scheduled_n THEN 'cancelled' ELSE 'planned' END
            AS status_before
    FROM held
),

judged AS (
    SELECT
        *,
        CASE
            WHEN action = 'scheduled' AND scheduled_n > 0 AND status_before <> 'cancelled' THEN 'already_scheduled'
            WHEN action <> 'scheduled' AND status_before <> 'planned' THEN status_before
        END AS contradiction
    FROM preceded
),

moved AS (
    SELECT
        *,
        CASE
            WHEN contradiction IS NOT NULL THEN status_before
            WHEN action IN ('held', 'cancelled') THEN action
            WHEN status_before = 'cancelled' THEN 'planned'
            ELSE status_before
        END AS status,
        max(n) FILTER (WHERE action IN ('scheduled', 'moved') AND contradiction IS NULL) OVER upto AS said_n
    FROM judged
    WINDOW
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)

-- Of the rows up to which the same event said when it is, that event's own row says it to all.
SELECT
    tenant,
    thing_id AS meeting_id,
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
    max(starts_at) FILTER (WHERE n = said_n) OVER (PARTITION BY tenant, thing_id, said_n) AS starts_at,
    max(ends_at) FILTER (WHERE n = said_n) OVER (PARTITION BY tenant, thing_id, said_n) AS ends_at,
    subject AS reference
FROM moved
