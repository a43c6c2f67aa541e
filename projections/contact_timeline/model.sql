-- table: crm.contact_timeline
-- about: one row per person and event that concerns them: what names them, and what happens to their deals, tickets,
--      meetings, tasks, orders and subscriptions
-- key: tenant, event_id
-- grain: tenant, event_id, contact_id
-- reads: fact_concern(tenant, event_id)
-- reads: fact_activity(tenant, event_id)
-- reads: fact_contact(tenant, event_id)
-- reads: fact_deal(tenant, event_id)
-- reads: fact_ticket(tenant, event_id)
-- reads: fact_meeting(tenant, event_id)
-- reads: fact_task(tenant, event_id)
-- reads: fact_order(tenant, event_id)
-- reads: fact_subscription(tenant, event_id)
-- looks up: contact_identity(tenant, contact_id) through fact_concern(tenant, contact_id -> tenant, event_id)
-- looks up: thing_contact(tenant, thing_id) through fact_deal(tenant, thing_id -> tenant, event_id)
-- looks up: thing_contact(tenant, thing_id) through fact_ticket(tenant, thing_id -> tenant, event_id)
-- looks up: thing_contact(tenant, thing_id) through fact_meeting(tenant, thing_id -> tenant, event_id)
-- looks up: thing_contact(tenant, thing_id) through fact_task(tenant, thing_id -> tenant, event_id)
-- looks up: thing_contact(tenant, thing_id) through fact_order(tenant, thing_id -> tenant, event_id)
-- looks up: thing_contact(tenant, thing_id) through fact_subscription(tenant, thing_id -> tenant, event_id)
-- index: tenant, contact_id, occurred_at
-- sorted: tenant, contact_id
-- column tenant: whose it is
-- column contact_id: the person
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known. A timeline is read in the order of
--      occurred_at, sequence (empty ones last), event_id
-- column time_precision: how exactly the time is known: instant, day (midnight stands for it) or unknown
-- column sequence: the sender's own order, which decides between equal times
-- column position: the event's place in the log
-- column kind: of what happened between people call, email, chat, social, sms, letter, note, presentation, visit, form,
--      document or cart; else what it happened to: contact, deal, ticket, meeting, task, order or subscription
-- column event_type: the event's type
-- column actor: who did it, as the sender says
-- column agent: the agent who took part, by name as the source gives it, if the event names one
-- column about: what it was about, as a reference: an activity's deal, else its ticket, else its account, else the
--      activity itself; of all other events the thing they happened to
-- column about_id: the id of what it was about
-- column event_id: the event
WITH concerned AS (
    SELECT DISTINCT
        c.tenant,
        c.event_id,
        coalesce(i.person_id, c.contact_id) AS contact_id
    FROM fact_concern AS c
    LEFT JOIN contact_identity AS i ON c.tenant = i.tenant AND c.contact_id = i.contact_id
    WHERE c.area IN ('activity', 'contact')
)

SELECT
    a.tenant,
    c.contact_id,
    a.occurred_at,
    a.time_precision,
    a.sequence,
    a.position,
    CASE
        WHEN a.action = 'call_logged' THEN 'call'
        WHEN a.action IN ('email_received', 'email_sent') THEN 'email'
        WHEN a.action = 'chat_message_logged' THEN 'chat'
        WHEN a.action = 'social_message_logged' THEN 'social'
        WHEN a.action = 'sms_logged' THEN 'sms'
        WHEN a.action = 'letter_logged' THEN 'letter'
        WHEN a.action = 'note_taken' THEN 'note'
        WHEN a.action = 'presentation_given' THEN 'presentation'
        WHEN a.action = 'page_visited' THEN 'visit'
        WHEN a.action = 'form_submitted' THEN 'form'
        WHEN a.action = 'document_shared' THEN 'document'
        WHEN a.action = 'cart_abandoned' THEN 'cart'
    END AS kind,
    a.event_type,
    a.actor,
    a.agent,
    coalesce(a.deal, a.ticket, a.account, a.subject) AS about,
    coalesce(a.deal_id, a.ticket_id, a.account_id, a.thing_id) AS about_id,
    a.event_id
FROM fact_activity AS a
INNER JOIN concerned AS c ON a.tenant = c.tenant AND a.event_id = c.event_id
UNION ALL
SELECT
    f.tenant,
    c.contact_id,
    f.occurred_at,
    f.time_precision,
    f.sequence,
    f.position,
    'contact' AS kind,
    f.event_type,
    f.actor,
    NULL AS agent,
    f.subject AS about,
    f.thing_id AS about_id,
    f.event_id
FROM fact_contact AS f
INNER JOIN concerned AS c ON f.tenant = c.tenant AND f.event_id = c.event_id
UNION ALL
SELECT
    d.tenant,
    p.contact_id,
    d.occurred_at,
    d.time_precision,
    d.sequence,
    d.position,
    'deal' AS kind,
    d.event_type,
    d.actor,
    NULL AS agent,
    d.subject AS about,
    d.thing_id AS about_id,
    d.event_id
FROM fact_deal AS d
INNER JOIN thing_contact AS p ON d.tenant = p.tenant AND d.thing_id = p.thing_id
UNION ALL
SELECT
    t.tenant,
    p.contact_id,
    t.occurred_at,
    t.time_precision,
    t.sequence,
    t.position,
    'ticket' AS kind,
    t.event_type,
    t.actor,
    t.agent,
    t.subject AS about,
    t.thing_id AS about_id,
    t.event_id
FROM fact_ticket AS t
INNER JOIN thing_contact AS p ON t.tenant = p.tenant AND t.thing_id = p.thing_id
UNION ALL
SELECT
    m.tenant,
    p.contact_id,
    m.occurred_at,
    m.time_precision,
    m.sequence,
    m.position,
    'meeting' AS kind,
    m.event_type,
    m.actor,
    NULL AS agent,
    m.subject AS about,
    m.thing_id AS about_id,
    m.event_id
FROM fact_meeting AS m
INNER JOIN thing_contact AS p ON m.tenant = p.tenant AND m.thing_id = p.thing_id
UNION ALL
SELECT
    k.tenant,
    p.contact_id,
    k.occurred_at,
    k.time_precision,
    k.sequence,
    k.position,
    'task' AS kind,
    k.event_type,
    k.actor,
    NULL AS agent,
    k.subject AS about,
    k.thing_id AS about_id,
    k.event_id
FROM fact_task AS k
INNER JOIN thing_contact AS p ON k.tenant = p.tenant AND k.thing_id = p.thing_id
UNION ALL
SELECT
    o.tenant,
    p.contact_id,
    o.occurred_at,
    o.time_precision,
    o.sequence,
    o.position,
    'order' AS kind,
    o.event_type,
    o.actor,
    NULL AS agent,
    o.subject AS about,
    o.thing_id AS about_id,
    o.event_id
FROM fact_order AS o
INNER JOIN thing_contact AS p ON o.tenant = p.tenant AND o.thing_id = p.thing_id
UNION ALL
SELECT
    u.tenant,
    p.contact_id,
    u.occurred_at,
    u.time_precision,
    u.sequence,
    u.position,
    'subscription' AS kind,
    u.event_type,
    u.actor,
    NULL AS agent,
    u.subject AS about,
    u.thing_id AS about_id,
    u.event_id
FROM fact_subscription AS u
INNER JOIN thing_contact AS p ON u.tenant = p.tenant AND u.thing_id = p.thing_id
