-- view: crm.contact_360
-- about: one row per person: when they were last touched by each kind, and what is open with them; personal data are
--      in personal.contact
-- grain: tenant, contact_id
-- reads: contact(tenant, contact_id)
-- reads: contact_timeline(tenant, contact_id)
-- reads: thing_contact(tenant)
-- reads: deal(tenant)
-- reads: ticket(tenant)
-- reads: task(tenant)
-- reads: meeting(tenant)
-- reads: customer_order(tenant)
-- reads: subscription(tenant)
-- reads: contact_consent(tenant)
-- column tenant: whose it is
-- column contact_id: the person
-- column reference: the person's outside key
-- column owner: the agent responsible, by name as the source gives it
-- column account_id: the account the person belongs to
-- column events: how many events concern the person
-- column first_at: when the first of them happened (UTC); of those whose time is known, as all times here
-- column last_at: when the last of them happened (UTC)
-- column last_call_at: the last telephone call
-- column last_email_at: the last e-mail, either way
-- column last_chat_at: the last message in a chat
-- column last_social_at: the last message on a social network
-- column last_sms_at: the last text message
-- column last_letter_at: the last letter
-- column last_note_at: the last note
-- column last_presentation_at: the last presentation
-- column last_visit_at: the last visit to a page of ours
-- column last_form_at: the last form filled in
-- column last_document_at: the last document shared
-- column last_cart_at: the last cart abandoned
-- column last_meeting_at: the last event of a meeting
-- column last_task_at: the last event of a task
-- column last_deal_at: the last event of a deal
-- column last_ticket_at: the last event of a ticket
-- column last_order_at: the last event of an order
-- column open_deals: deals of theirs that are open
-- column won_deals: deals of theirs that were won
-- column open_tickets: tickets of theirs that are open or on hold
-- column open_tasks: tasks about them that are to be done
-- column next_task_due_on: the first day on which one of these is due, of those due on a day
-- column next_task_due_at: the first time at which one of these is due (UTC), of those due at a time
-- column next_meeting_at: when the first meeting begins that is planned (UTC); it may have passed without a word
-- column orders: orders of theirs that were not cancelled
-- column last_ordered_on: the day the last of these was placed
-- column active_subscriptions: subscriptions of theirs that run
-- column consents_given: purposes and channels that they consent to
-- column consents_withdrawn: purposes and channels of which their last word is that they do not
WITH touched AS (
    SELECT
        tenant,
        contact_id,
        count(*) AS events,
        min(known_at) AS first_at,
        max(known_at) AS last_at,
        max(known_at) FILTER (WHERE kind = 'call') AS last_call_at,
        max(known_at) FILTER (WHERE kind = 'email') AS last_email_at,
        max(known_at) FILTER (WHERE kind = 'chat') AS last_chat_at,
        max(known_at) FILTER (WHERE kind = 'social') AS last_social_at,
        max(known_at) FILTER (WHERE kind = 'sms') AS last_sms_at,
        max(known_at) FILTER (WHERE kind = 'letter') AS last_letter_at,
        max(known_at) FILTER (WHERE kind = 'note') AS last_note_at,
        max(known_at) FILTER (WHERE kind = 'presentation') AS last_presentation_at,
        max(known_at) FILTER (WHERE kind = 'visit') AS last_visit_at,
        max(known_at) FILTER (WHERE kind = 'form') AS last_form_at,
        max(known_at) FILTER (WHERE kind = 'document') AS last_document_at,
        max(known_at) FILTER (WHERE kind = 'cart') AS last_cart_at,
        max(known_at) FILTER (WHERE kind = 'meeting') AS last_meeting_at,
        max(known_at) FILTER (WHERE kind = 'task') AS last_task_at,
        max(known_at) FILTER (WHERE kind = 'deal') AS last_deal_at,
        max(known_at) FILTER (WHERE kind = 'ticket') AS last_ticket_at,
        max(known_at) FILTER (WHERE kind = 'order') AS last_order_at
    FROM (
        SELECT tenant, contact_id, kind, CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS known_at
        FROM contact_timeline
    ) AS t
    GROUP BY tenant, contact_id
),

things AS (
    SELECT
        p.tenant,
        p.contact_id,
        count(d.deal_id) FILTER (WHERE d.status = 'open') AS open_deals,
        count(d.deal_id) FILTER (WHERE d.status = 'won') AS won_deals,
        count(t.ticket_id) FILTER (WHERE t.status IN ('open', 'on_hold')) AS open_tickets,
        count(k.task_id) FILTER (WHERE k.status = 'open') AS open_tasks,
        min(k.due_on) FILTER (WHERE k.status = 'open') AS next_task_due_on,
        min(k.due_at) FILTER (WHERE k.status = 'open') AS next_task_due_at,
        min(m.starts_at) FILTER (WHERE m.status = 'planned') AS next_meeting_at,
        count(o.order_id) FILTER (WHERE o.status <> 'cancelled') AS orders,
        max(o.placed_on) FILTER (WHERE o.status <> 'cancelled') AS last_ordered_on,
        count(s.subscription_id) FILTER (WHERE s.status = 'active') AS active_subscriptions
    FROM thing_contact AS p
    LEFT JOIN deal AS d ON p.tenant = d.tenant AND p.thing_id = d.deal_id
    LEFT JOIN ticket AS t ON p.tenant = t.tenant AND p.thing_id = t.ticket_id
    LEFT JOIN task AS k ON p.tenant = k.tenant AND p.thing_id = k.task_id
    LEFT JOIN meeting AS m ON p.tenant = m.tenant AND p.thing_id = m.meeting_id
    LEFT JOIN customer_order AS o ON p.tenant = o.tenant AND p.thing_id = o.order_id
    LEFT JOIN subscription AS s ON p.tenant = s.tenant AND p.thing_id = s.subscription_id
    GROUP BY p.tenant, p.contact_id
),

consented AS (
    SELECT
        tenant,
        contact_id,
        count(*) FILTER (WHERE given) AS consents_given,
        count(*) FILTER (WHERE NOT given) AS consents_withdrawn
    FROM contact_consent
    GROUP BY tenant, contact_id
)

SELECT
    c.tenant,
    c.contact_id,
    c.reference,
    c.owner,
    c.account_id,
    coalesce(t.events, 0) AS events,
    t.first_at,
    t.last_at,
    t.last_call_at,
    t.last_email_at,
    t.last_chat_at,
    t.last_social_at,
    t.last_sms_at,
    t.last_letter_at,
    t.last_note_at,
    t.last_presentation_at,
    t.last_visit_at,
    t.last_form_at,
    t.last_document_at,
    t.last_cart_at,
    t.last_meeting_at,
    t.last_task_at,
    t.last_deal_at,
    t.last_ticket_at,
    t.last_order_at,
    coalesce(p.open_deals, 0) AS open_deals,
    coalesce(p.won_deals, 0) AS won_deals,
    coalesce(p.open_tickets, 0) AS open_tickets,
    coalesce(p.open_tasks, 0) AS open_tasks,
    p.next_task_due_on,
    p.next_task_due_at,
    p.next_meeting_at,
    coalesce(p.orders, 0) AS orders,
    p.last_ordered_on,
    coalesce(p.active_subscriptions, 0) AS active_subscriptions,
    coalesce(g.consents_given, 0) AS consents_given,
    coalesce(g.consents_withdrawn, 0) AS consents_withdrawn
FROM contact AS c
LEFT JOIN touched AS t ON c.tenant = t.tenant AND c.contact_id = t.contact_id
LEFT JOIN things AS p ON c.tenant = p.tenant AND c.contact_id = p.contact_id
LEFT JOIN consented AS g ON c.tenant = g.tenant AND c.contact_id = g.contact_id
