-- table: personal.message
-- about: the words: texts of calls, messages of every sort, notes, tickets, meetings and tasks, explanations, and custom
--      fields
-- key: tenant, event_id
-- grain: tenant, event_id
-- reads: fact_text(tenant, event_id)
-- index: tenant, about_id
-- column tenant: whose it is
-- column event_id: the event; whom it concerns is in contact_timeline under the same id
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known
-- column time_precision: how exactly the time is known: instant, day (midnight stands for it) or unknown
-- column kind: of what happened between people call, email, chat, social, sms, letter, note, presentation, form and so
--      on, as in contact_timeline; else the area: deal, ticket, meeting …
-- column event_type: the event's type
-- column actor: who did it, as the sender says
-- column about: what it was about, as a reference: an activity's deal, else its ticket, else its account, else the
--      activity itself; of all other events the thing they happened to
-- column about_id: the id of what it was about
-- column subject_line: the subject of an e-mail, a letter, a ticket, a meeting or a task
-- column body: the text: of a message, a note, a form, the summary of a call or a meeting, a reply, a rating's comment,
--      an explanation
-- column location: where a meeting is to be
-- column tracking: what a shipment is followed by, such as its number
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
        WHEN t.action = 'chat_message_logged' THEN 'chat'
        WHEN t.action = 'social_message_logged' THEN 'social'
        WHEN t.action = 'sms_logged' THEN 'sms'
        WHEN t.action = 'letter_logged' THEN 'letter'
        WHEN t.action = 'note_taken' THEN 'note'
        WHEN t.action = 'presentation_given' THEN 'presentation'
        WHEN t.action = 'page_visited' THEN 'visit'
        WHEN t.action = 'form_submitted' THEN 'form'
        WHEN t.action = 'document_shared' THEN 'document'
        WHEN t.action = 'cart_abandoned' THEN 'cart'
    END AS kind,
    t.event_type,
    t.actor,
    t.about,
    t.about_id,
    t.subject_line,
    t.body,
    t.location,
    t.tracking,
    t.custom
FROM fact_text AS t
