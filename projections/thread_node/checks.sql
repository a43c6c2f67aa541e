-- A conversation is one of what belongs to it, and the smallest of them.
SELECT n.tenant, n.node_id, n.thread_id
FROM thread_node AS n
LEFT JOIN thread_node AS t ON n.tenant = t.tenant AND n.thread_id = t.node_id
WHERE n.thread_id > n.node_id OR t.thread_id IS DISTINCT FROM n.thread_id;
