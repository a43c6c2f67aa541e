-- Every message belongs to a conversation.
SELECT m.tenant, m.event_id
FROM message AS m
LEFT JOIN thread AS t ON m.tenant = t.tenant AND m.thread_id = t.thread_id
WHERE t.thread_id IS NULL;

-- A conversation has its messages, and no others.
SELECT t.tenant, t.thread_id
FROM thread AS t
LEFT JOIN message AS m ON t.tenant = m.tenant AND t.thread_id = m.thread_id
GROUP BY t.tenant, t.thread_id, t.messages
HAVING t.messages <> count(DISTINCT m.message_id);
