-- table: crm.meeting
-- about: one row per meeting, as it stands; what it is about and where is in personal.message, who comes in thing_contact
-- key: tenant, meeting_id
-- grain: tenant, meeting_id
-- reads: meeting_history(tenant, meeting_id)
-- reads: fact_meeting(tenant, thing_id)
-- index: tenant, owner
-- index: tenant, starts_at
-- column tenant: whose it is
-- column meeting_id: the meeting
-- column reference: its outside key, as the last event gave it
-- column status: planned, held or cancelled
-- column starts_at: when it begins (UTC); empty if nobody said so
-- column ends_at: when it ends (UTC); empty if nobody said so
-- column owner: the agent who organises it, by name as the source gives it
-- column channel: how the people meet: in_person, phone or video
-- column account_id: the account it concerns
-- column deal_id: the deal it concerns
-- column ticket_id: the ticket it concerns
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
        max(n) FILTER (WHERE action = 'scheduled' AND contradiction IS NULL) AS scheduled_n
    FROM meeting_history
    GROUP BY tenant, meeting_id
)

SELECT
    c.tenant,
    c.meeting_id,
    h.reference,
    h.status,
    h.starts_at,
    h.ends_at,
    f.owner,
    f.channel,
    f.account_id,
    f.deal_id,
    f.ticket_id,
    c.moves,
    c.events,
    h.occurred_at AS last_event_at
FROM counted AS c
INNER JOIN meeting_history AS h ON c.tenant = h.tenant AND c.meeting_id = h.meeting_id AND c.last_n = h.n
LEFT JOIN meeting_history AS s ON c.tenant = s.tenant AND c.meeting_id = s.meeting_id AND c.scheduled_n = s.n
LEFT JOIN fact_meeting AS f ON s.tenant = f.tenant AND s.meeting_id = f.thing_id AND s.event_id = f.event_id
