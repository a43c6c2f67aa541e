-- Every type of message has a channel and a direction.
SELECT tenant, event_id
FROM message
WHERE channel IS NULL OR direction IS NULL;

-- A message answers another message of its conversation.
SELECT m.tenant, m.event_id, m.answers
FROM message AS m
INNER JOIN message AS a ON m.tenant = a.tenant AND m.answers = a.event_id
WHERE m.thread_id <> a.thread_id OR m.message_id = a.message_id OR m.in_reply_to_id <> a.message_id;
