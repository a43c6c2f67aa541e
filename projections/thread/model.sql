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
        channel,
        direction,
        occurred_at,
        contact_id,
        account_id,
        deal_id,
        ticket_id,
        -- What has no known time has a stand-in, which makes it neither the first nor the last.
        time_precision = 'unknown' AS is_timeless,
        lpad(CAST(row_number() OVER w AS text), 9, '0') COLLATE "C" AS place
    FROM message
    WINDOW
        w AS (
            PARTITION BY tenant, thread_id
            ORDER BY CASE time_precision WHEN 'unknown' THEN 0 ELSE 1 END, occurred_at, sequence NULLS LAST, event_id
        )
),

-- What a message says carries its place in front, so that the greatest is what was said last, and the smallest first.
total AS (
    SELECT
        tenant,
        thread_id,
        min(channel) AS first_channel,
        max(channel) AS last_channel,
        min(occurred_at) FILTER (WHERE NOT is_timeless) AS first_at,
        max(occurred_at) FILTER (WHERE NOT is_timeless) AS last_at,
        coalesce(
            min(place || coalesce(CAST(contact_id AS text), '')) FILTER (WHERE NOT is_timeless),
            min(place || coalesce(CAST(contact_id AS text), ''))
        ) AS contact_said,
        max(place || coalesce(direction, '')) AS direction_said,
        max(place || CAST(account_id AS text)) AS account_said,
        max(place || CAST(deal_id AS text)) AS deal_said,
        max(place || CAST(ticket_id AS text)) AS ticket_said
    FROM placed
    GROUP BY tenant, thread_id
),

-- What is counted of a conversation, each part by itself. The parts are put together by summing them up: a join of what
-- was counted is planned for a single row by PostgreSQL, and takes a loop. What is told apart is so before it is
-- counted, as it has to fit into memory, with one server as with the other.
part AS (
    SELECT
        tenant,
        thread_id,
        first_at,
        last_at,
        first_channel AS channels,
        nullif(substr(direction_said, 10), '') AS last_direction,
        nullif(substr(contact_said, 10), '') AS contact_id,
        substr(account_said, 10) AS account_id,
        substr(deal_said, 10) AS deal_id,
        substr(ticket_said, 10) AS ticket_id,
        0 AS messages,
        0 AS people,
        0 AS absent,
        1 AS is_there
    FROM total
    UNION ALL
    -- Few conversations have several, and putting texts in order costs more than all else. A list of several is greater
    -- than its first, which is what stands above.
    SELECT
        tenant,
        thread_id,
        NULL,
        NULL,
        string_agg(channel, ',' ORDER BY channel),
        NULL,
        NULL,
        NULL,
        NULL,
        NULL,
        0,
        0,
        0,
        0
    FROM (
        SELECT DISTINCT m.tenant, m.thread_id, m.channel FROM message AS m
        WHERE
            (m.tenant, m.thread_id) IN (
                SELECT t.tenant, t.thread_id FROM total AS t
                WHERE t.first_channel <> t.last_channel
            )
    ) AS told_apart
    GROUP BY tenant, thread_id
    UNION ALL
    SELECT tenant, thread_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(message_id), 0, 0, 0
    FROM (SELECT DISTINCT tenant, thread_id, message_id FROM message) AS told_apart
    GROUP BY tenant, thread_id
    UNION ALL
    SELECT tenant, thread_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, count(contact_id), 0, 0
    FROM (
        SELECT DISTINCT m.tenant, m.thread_id, c.contact_id
        FROM message AS m
        INNER JOIN contact_timeline AS c ON m.tenant = c.tenant AND m.event_id = c.event_id
    ) AS told_apart
    GROUP BY tenant, thread_id
    UNION ALL
    SELECT tenant, thread_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, count(*), 0
    FROM thread_node
    WHERE kind = 'message' AND event_id IS NULL
    GROUP BY tenant, thread_id
)

SELECT
    tenant,
    thread_id,
    CAST(sum(messages) AS bigint) AS messages,
    CAST(sum(absent) AS bigint) AS absent,
    max(channels) AS channels,
    CAST(sum(people) AS bigint) AS people,
    max(first_at) AS first_at,
    max(last_at) AS last_at,
    max(last_direction) AS last_direction,
    max(last_direction) = 'inbound' AS waiting_for_us,
    CAST(max(contact_id) AS uuid) AS contact_id,
    CAST(max(account_id) AS uuid) AS account_id,
    CAST(max(deal_id) AS uuid) AS deal_id,
    CAST(max(ticket_id) AS uuid) AS ticket_id
FROM part
GROUP BY tenant, thread_id
HAVING sum(is_there) > 0
