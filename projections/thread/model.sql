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
        *,
        -- What has no known time has a stand-in, which makes it neither the first nor the last.
        time_precision = 'unknown' AS is_timeless,
        row_number() OVER (PARTITION BY tenant, thread_id ORDER BY occurred_at, sequence NULLS LAST, event_id) AS n
    FROM message
),

total AS (
    SELECT
        tenant,
        thread_id,
        count(DISTINCT message_id) AS messages,
        string_agg(DISTINCT channel, ',' ORDER BY channel) AS channels,
        min(occurred_at) FILTER (WHERE NOT is_timeless) AS first_at,
        max(occurred_at) FILTER (WHERE NOT is_timeless) AS last_at
    FROM placed
    GROUP BY tenant, thread_id
),

referred AS (
    SELECT tenant, thread_id, count(*) AS absent FROM thread_node
    WHERE kind = 'message' AND event_id IS NULL
    GROUP BY tenant, thread_id
),

named AS (
    SELECT m.tenant, m.thread_id, count(DISTINCT c.contact_id) AS people
    FROM message AS m
    INNER JOIN contact_timeline AS c ON m.tenant = c.tenant AND m.event_id = c.event_id
    GROUP BY m.tenant, m.thread_id
),

begun AS (
    SELECT DISTINCT ON (tenant, thread_id) tenant, thread_id, contact_id FROM placed
    ORDER BY tenant, thread_id, is_timeless, n
),

latest AS (
    SELECT DISTINCT ON (tenant, thread_id) tenant, thread_id, direction FROM placed
    ORDER BY tenant, thread_id, is_timeless, n DESC
),

account_told AS (
    SELECT DISTINCT ON (tenant, thread_id) tenant, thread_id, account_id FROM placed
    WHERE account_id IS NOT NULL
    ORDER BY tenant, thread_id, is_timeless, n DESC
),

deal_told AS (
    SELECT DISTINCT ON (tenant, thread_id) tenant, thread_id, deal_id FROM placed
    WHERE deal_id IS NOT NULL
    ORDER BY tenant, thread_id, is_timeless, n DESC
),

ticket_told AS (
    SELECT DISTINCT ON (tenant, thread_id) tenant, thread_id, ticket_id FROM placed
    WHERE ticket_id IS NOT NULL
    ORDER BY tenant, thread_id, is_timeless, n DESC
)

SELECT
    t.tenant,
    t.thread_id,
    t.messages,
    coalesce(r.absent, 0) AS absent,
    t.channels,
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
INNER JOIN begun AS b ON t.tenant = b.tenant AND t.thread_id = b.thread_id
INNER JOIN latest AS l ON t.tenant = l.tenant AND t.thread_id = l.thread_id
LEFT JOIN referred AS r ON t.tenant = r.tenant AND t.thread_id = r.thread_id
LEFT JOIN named AS p ON t.tenant = p.tenant AND t.thread_id = p.thread_id
LEFT JOIN account_told AS a ON t.tenant = a.tenant AND t.thread_id = a.thread_id
LEFT JOIN deal_told AS d ON t.tenant = d.tenant AND t.thread_id = d.thread_id
LEFT JOIN ticket_told AS k ON t.tenant = k.tenant AND t.thread_id = k.thread_id
