-- table: crm.message
-- about: one row per message: by e-mail, chat, social media, SMS or post, and per call that belongs to a conversation;
--      what was written stands in personal.message under the same event_id
-- key: tenant, event_id
-- grain: tenant, event_id
-- reads: fact_activity(tenant, event_id)
-- reads: fact_concern(tenant, event_id)
-- reads: fact_thread_link(tenant, event_id)
-- looks up: thread_node(tenant, node_id) through fact_thread_link(tenant, other_id -> tenant, event_id)
-- looks up: contact_identity(tenant, contact_id) through fact_concern(tenant, contact_id -> tenant, event_id)
-- index: tenant, thread_id
-- index: tenant, message_id
-- index: tenant, contact_id, occurred_at
-- column tenant: whose it is
-- column event_id: the event
-- column message_id: the message's own key, the same for all its copies; the event's id, if it has none
-- column thread_id: the conversation it belongs to
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known. A conversation is read in the order
--      of occurred_at, sequence (empty ones last), event_id
-- column time_precision: how exactly the time is known: instant, day (midnight stands for it) or unknown
-- column sequence: the sender's own order, which decides between equal times
-- column position: the event's place in the log
-- column channel: email, chat, social, sms, letter or call
-- column direction: inbound is to us, outbound from us
-- column contact_id: the person: who wrote what came in, the first of those whom we wrote to
-- column agent: the agent who took part, by name as the source gives it
-- column account_id: the account it concerns
-- column deal_id: the deal it concerns
-- column ticket_id: the ticket it concerns
-- column network: the social network, such as linkedin
-- column is_public: whether everybody can read it, where that is told
-- column is_reply: whether it answers or refers to another message, also to one that we do not have
-- column in_reply_to_id: the key of the message it answers
-- column answers: the event that is the message it answers, if we have it
WITH link AS (
    SELECT
        tenant,
        event_id,
        node_id,
        bool_or(other_kind = 'message' AND other_id <> node_id) AS is_reply
    FROM fact_thread_link
    GROUP BY tenant, event_id, node_id
)

SELECT
    a.tenant,
    a.event_id,
    l.node_id AS message_id,
    t.thread_id,
    a.occurred_at,
    a.time_precision,
    a.sequence,
    a.position,
    CASE
        WHEN a.action IN ('email_received', 'email_sent') THEN 'email'
        WHEN a.action = 'chat_message_logged' THEN 'chat'
        WHEN a.action = 'social_message_logged' THEN 'social'
        WHEN a.action = 'sms_logged' THEN 'sms'
        WHEN a.action = 'letter_logged' THEN 'letter'
        WHEN a.action = 'call_logged' THEN 'call'
    END AS channel,
    CASE
        WHEN a.action = 'email_received' THEN 'inbound'
        WHEN a.action = 'email_sent' THEN 'outbound'
        ELSE a.direction
    END AS direction,
    coalesce(i.person_id, c.contact_id) AS contact_id,
    a.agent,
    a.account_id,
    a.deal_id,
    a.ticket_id,
    a.network,
    a.public AS is_public,
    l.is_reply,
    a.in_reply_to_id,
    answered.event_id AS answers
FROM fact_activity AS a
INNER JOIN link AS l ON a.tenant = l.tenant AND a.event_id = l.event_id
INNER JOIN thread_node AS t ON l.tenant = t.tenant AND l.node_id = t.node_id
LEFT JOIN thread_node AS answered
    ON a.tenant = answered.tenant AND a.in_reply_to_id = answered.node_id AND l.node_id <> answered.node_id
LEFT JOIN fact_concern AS c ON a.tenant = c.tenant AND a.event_id = c.event_id AND c.ordinal = 1
LEFT JOIN contact_identity AS i ON c.tenant = i.tenant AND c.contact_id = i.contact_id
