-- table: crm.meeting
-- about: one row per meeting, as it stands; what it is about and where is in personal.message, who comes in thing_contact
-- key: tenant, meeting_id
-- grain: tenant, meeting_id
-- reads: meeting_history(tenant, meeting_id)
-- reads: fact_meeting(tenant, thing_id)
-- looks up: contact_identity(tenant, contact_id) through fact_meeting(tenant, main_contact_id -> tenant, thing_id)
-- index: tenant, owner
-- index: tenant, starts_at
-- index: tenant, contact_id
-- index: tenant, held_on
-- column tenant: whose it is
-- column meeting_id: the meeting
-- column reference: its outside key, as the last event gave it
-- column status: planned, held or cancelled
-- column starts_at: when it begins (UTC); empty if nobody said so
-- column ends_at: when it ends (UTC); empty if nobody said so
-- column owner: the agent who organises it, by name as the source gives it
-- column agents: who of us is to come, a list of names as JSON
-- column channel: how the people meet: in_person, phone or video
-- column contact_id: the person outside whom it mainly concerns
-- column account_id: the account it concerns
-- column deal_id: the deal it concerns
-- column ticket_id: the ticket it concerns
-- column held_at: when it was said to have been held (UTC); empty if it was not, or if the time is not known
-- column held_on: the local day of that
-- column outcome: what came of it, once it was held: done, no_show or inconclusive
-- column duration_seconds: how long it took, in seconds
-- column cancelled_at: when it was cancelled (UTC), while it is
-- column moves: how many times it was moved
-- column events: how many events it has, those that changed nothing included
-- column last_event_at: when the last of them happened (UTC)
WITH counted AS (
    SELECT
        tenant,
        meeting_id,
        count(*) AS events,
        max(n) AS last_n,
        count(*) FILTER (WHERE action = 'moved' AND contradiction IS NULL) AS moves,
        max(n) FILTER (WHERE action = 'scheduled' AND contradiction IS NULL) AS scheduled_n,
        max(n) FILTER (WHERE action IN ('held', 'cancelled') AND contradiction IS NULL) AS settled_n
    FROM meeting_history
    GROUP BY tenant, meeting_id
)

-- The last event says how the meeting stands, the last scheduling who comes, and what settled it what came of it.
SELECT
    c.tenant,
    c.meeting_id,
    h.reference,
    h.status,
    h.starts_at,
    h.ends_at,
    f.owner,
    coalesce(f.agents, '[]') AS agents,
    f.channel,
    coalesce(i.person_id, f.main_contact_id) AS contact_id,
    f.account_id,
    f.deal_id,
    f.ticket_id,
    CASE WHEN h.status = 'held' AND e.time_precision <> 'unknown' THEN e.occurred_at END AS held_at,
    CASE WHEN h.status = 'held' THEN e.occurred_on END AS held_on,
    CASE WHEN h.status = 'held' THEN d.outcome END AS outcome,
    CASE WHEN h.status = 'held' THEN d.duration_seconds END AS duration_seconds,
    CASE WHEN h.status = 'cancelled' AND e.time_precision <> 'unknown' THEN e.occurred_at END AS cancelled_at,
    c.moves,
    c.events,
    h.occurred_at AS last_event_at
FROM counted AS c
INNER JOIN meeting_history AS h ON c.tenant = h.tenant AND c.meeting_id = h.meeting_id AND c.last_n = h.n
LEFT JOIN meeting_history AS s ON c.tenant = s.tenant AND c.meeting_id = s.meeting_id AND c.scheduled_n = s.n
LEFT JOIN fact_meeting AS f ON s.tenant = f.tenant AND s.meeting_id = f.thing_id AND s.event_id = f.event_id
LEFT JOIN meeting_history AS e ON c.tenant = e.tenant AND c.meeting_id = e.meeting_id AND c.settled_n = e.n
LEFT JOIN fact_meeting AS d ON e.tenant = d.tenant AND e.meeting_id = d.thing_id AND e.event_id = d.event_id
LEFT JOIN contact_identity AS i ON f.tenant = i.tenant AND f.main_contact_id = i.contact_id
