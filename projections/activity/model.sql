-- view: crm.activity
-- about: what happened between people, one row each: calls, messages, notes, visits; texts are in personal.message
-- grain: tenant, activity_id
-- reads: fact_activity(tenant, event_id)
-- reads: contact_identity(tenant)
-- column tenant: whose it is
-- column activity_id: the activity, which is one event and has the id of that
-- column reference: the activity's outside key
-- column event_type: the event's type
-- column kind: call, email, chat, social, sms, letter, note, presentation, visit, form, document or cart
-- column direction: inbound (to us) or outbound (from us); empty for what has none
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known
-- column time_precision: how exactly the time is known: instant, day (midnight stands for it) or unknown
-- column occurred_on: the day it happened, in RAPPORT_TIMEZONE; empty if the time is not known
-- column position: the event's place in the log
-- column contact_id: the person it mainly concerns: the first contact that the event names
-- column account_id: the account it concerns
-- column deal_id: the deal it concerns
-- column ticket_id: the ticket it concerns
-- column agent: the agent who took part, by name as the source gives it
-- column actor: who did it, as the sender says
-- column duration_seconds: how long it took, in seconds
-- column outcome: what came of it: of a call connected, no_answer, busy, voicemail, wrong_number or failed
-- column result: what came of a talk, as a category of the source's
-- column network: the social network
-- column about: what it was, in a word or title of the source's: a topic, form, page, document or cart
-- column campaign: the campaign that brought them
-- column amount: what the cart was worth, in currency
-- column currency: ISO 4217 code of the amount
SELECT
    a.tenant,
    a.event_id AS activity_id,
    a.subject AS reference,
    a.event_type,
    CASE a.action
        WHEN 'call_logged' THEN 'call'
        WHEN 'email_received' THEN 'email'
        WHEN 'email_sent' THEN 'email'
        WHEN 'chat_message_logged' THEN 'chat'
        WHEN 'social_message_logged' THEN 'social'
        WHEN 'sms_logged' THEN 'sms'
        WHEN 'letter_logged' THEN 'letter'
        WHEN 'note_taken' THEN 'note'
        WHEN 'presentation_given' THEN 'presentation'
        WHEN 'page_visited' THEN 'visit'
        WHEN 'form_submitted' THEN 'form'
        WHEN 'document_shared' THEN 'document'
        WHEN 'cart_abandoned' THEN 'cart'
    END AS kind,
    CASE a.action WHEN 'email_received' THEN 'inbound' WHEN 'email_sent' THEN 'outbound' ELSE a.direction END
        AS direction,
    a.occurred_at,
    a.time_precision,
    a.occurred_on,
    a.position,
    coalesce(i.person_id, a.main_contact_id) AS contact_id,
    a.account_id,
    a.deal_id,
    a.ticket_id,
    a.agent,
    a.actor,
    a.duration_seconds,
    a.outcome,
    a.result,
    a.network,
    coalesce(a.topic, a.form, a.page, a.document, a.cart) AS about,
    a.campaign,
    a.amount,
    a.currency
FROM fact_activity AS a
LEFT JOIN contact_identity AS i ON a.tenant = i.tenant AND a.main_contact_id = i.contact_id
