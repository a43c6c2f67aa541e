-- table: personal.message
-- about: the words: texts of calls, e-mails, notes and tickets, explanations of lost deals, and custom fields
-- key: tenant, event_id
-- grain: tenant, event_id
-- reads: fact_text(tenant, event_id)
-- index: tenant, about_id
-- column tenant: whose it is
-- column event_id: the event; whom it concerns is in contact_timeline under the same id
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known
-- column time_precision: how exactly the time is known: instant, day (midnight stands for it) or unknown
-- column kind: call, email or note; else the area: deal, ticket …
-- column event_type: the event's type
-- column actor: who did it, as the sender says
-- column about: what it was about, as a reference: an activity's deal, else its ticket, else its account, else the
--      activity itself; of all other events the thing they happened to
-- column about_id: the id of what it was about
-- column subject_line: the subject of an e-mail or a ticket
-- column body: the text: of an e-mail, a note, a call's summary, a reply, a rating's comment, an explanation
-- column custom: the event's custom fields, as JSON
SELECT
    t.tenant,
    t.event_id,
    t.occurred_at,
    t.time_precision,
    CASE
        WHEN t.area <> 'activity' THEN t.area
        WHEN t.action = 'call_logged' THEN 'call'
        WHEN t.action IN ('email_received', 'email_sent') THEN 'email'
        WHEN t.action = 'note_taken' THEN 'note'
    END AS kind,
    t.event_type,
    t.actor,
    t.about,
    t.about_id,
    t.subject_line,
    t.body,
    t.custom
FROM fact_text AS t
