-- table: crm.thread
-- about: one row per conversation of which we have at least one message: who wrote last, and whether they wait for us
-- key: tenant, thread_id
-- grain: tenant, thread_id
-- reads: message(tenant, thread_id)
-- reads: thread_node(tenant, thread_id)
-- looks up: contact_timeline(tenant, event_id) through message(tenant, event_id -> tenant, thread_id)
-- index: tenant, contact_id
-- index: tenant, deal_id
-- index: tenant, ticket_id
-- column tenant: whose it is
-- column thread_id: the conversation: the smallest id of all messages and keys that hang together in it. It becomes
--      another one when a smaller one joins
-- column messages: how many messages of it we have; copies of one are one
-- column absent: how many messages are only referred to, and not here
-- column channels: the channels it went over, in the order of the alphabet, separated by commas
-- column people: how many people its messages name, agents not counted
-- column first_at: when the first message with a known time was written (UTC)
-- column last_at: when the last message with a known time was written (UTC)
-- column last_direction: which way the last message went: inbound is to us, outbound from us
-- column waiting_for_us: whether the last message is one to us
-- column contact_id: the person of the first message
-- column account_id: the account it concerns: of several messages that name one, as the last of them says
-- column deal_id: the deal it concerns, told in the same way
-- column ticket_id: the ticket it concerns, told in the same way
WITH placed AS (
    SELECT
        tenant,
        thread_id,
        event_id,
        message_id,
        channel,
        direction,
        occurred_at,
        contact_id,
        account_id,
        deal_id,
        ticket_id,
        -- What has no known time has a stand-in, which makes it neither the first nor the last.
        time_precision = 'unknown' AS is_timeless,
        row_number() OVER (PARTITION BY tenant, thread_id ORDER BY occurred_at, sequence NULLS LAST, event_id) AS n
    FROM message
),

-- Whose word counts is found for all of it in one pass: the first and the last with a known time, else of all.
total AS (
    SELECT
        tenant,
        thread_id,
        min(channel) AS first_channel,
        max(channel) AS last_channel,
        min(occurred_at) FILTER (WHERE NOT is_timeless) AS first_at,
        max(occurred_at) FILTER (WHERE NOT is_timeless) AS last_at,
        coalesce(min(n) FILTER (WHERE NOT is_timeless), min(n)) AS begun_n,
        coalesce(max(n) FILTER (WHERE NOT is_timeless), max(n)) AS latest_n,
        coalesce(
            max(n) FILTER (WHERE NOT is_timeless AND account_id IS NOT NULL),
            max(n) FILTER (WHERE account_id IS NOT NULL)
        ) AS account_n,
        coalesce(
            max(n) FILTER (WHERE NOT is_timeless AND deal_id IS NOT NULL), max(n) FILTER (WHERE deal_id IS NOT NULL)
        ) AS deal_n,
        coalesce(
            max(n) FILTER (WHERE NOT is_timeless AND ticket_id IS NOT NULL),
            max(n) FILTER (WHERE ticket_id IS NOT NULL)
        ) AS ticket_n
    FROM placed
    GROUP BY tenant, thread_id
),

-- Few conversations have several, and putting texts in order costs more than all else.
several AS (
    SELECT p.tenant, p.thread_id, string_agg(DISTINCT p.channel, ',' ORDER BY p.channel) AS channels
    FROM placed AS p
    INNER JOIN total AS t ON p.tenant = t.tenant AND p.thread_id = t.thread_id
    WHERE t.first_channel <> t.last_channel
    GROUP BY p.tenant, p.thread_id
),

referred AS (
    SELECT tenant, thread_id, count(*) AS absent FROM thread_node
    WHERE kind = 'message' AND event_id IS NULL
    GROUP BY tenant, thread_id
),

-- Counted in two steps: what is told apart while it is counted has to fit into memory, with one server as with the other.
counted AS (
    SELECT tenant, thread_id, count(message_id) AS messages
    FROM (SELECT DISTINCT tenant, thread_id, message_id FROM message) AS told_apart
    GROUP BY tenant, thread_id
),

named AS (
    SELECT tenant, thread_id, count(contact_id) AS people
    FROM (
        SELECT DISTINCT m.tenant, m.thread_id, c.contact_id
        FROM message AS m
        INNER JOIN contact_timeline AS c ON m.tenant = c.tenant AND m.event_id = c.event_id
    ) AS told_apart
    GROUP BY tenant, thread_id
)

SELECT
    t.tenant,
    t.thread_id,
    n.messages,
    coalesce(r.absent, 0) AS absent,
    coalesce(s.channels, t.first_channel) AS channels,
    coalesce(p.people, 0) AS people,
    t.first_at,
    t.last_at,
    l.direction AS last_direction,
    l.direction = 'inbound' AS waiting_for_us,
    b.contact_id,
    a.account_id,
    d.deal_id,
    k.ticket_id
FROM total AS t
INNER JOIN counted AS n ON t.tenant = n.tenant AND t.thread_id = n.thread_id
INNER JOIN placed AS b ON t.tenant = b.tenant AND t.thread_id = b.thread_id AND t.begun_n = b.n
INNER JOIN placed AS l ON t.tenant = l.tenant AND t.thread_id = l.thread_id AND t.latest_n = l.n
LEFT JOIN several AS s ON t.tenant = s.tenant AND t.thread_id = s.thread_id
LEFT JOIN referred AS r ON t.tenant = r.tenant AND t.thread_id = r.thread_id
LEFT JOIN named AS p ON t.tenant = p.tenant AND t.thread_id = p.thread_id
LEFT JOIN placed AS a ON t.tenant = a.tenant AND t.thread_id = a.thread_id AND t.account_n = a.n
LEFT JOIN placed AS d ON t.tenant = d.tenant AND t.thread_id = d.thread_id AND t.deal_n = d.n
LEFT JOIN placed AS k ON t.tenant = k.tenant AND t.thread_id = k.thread_id AND t.ticket_n = k.n
