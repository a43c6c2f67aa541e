-- table: crm.thread_node
-- about: which conversation every message belongs to: those we have, those that are only referred to, and the keys that
--      sources give conversations
-- key: tenant, node_id
-- grain: tenant, node_id
-- reads: fact_thread_link(tenant, node_id)
-- reads: fact_thread_link(tenant, other_id)
-- spreads: tenant, thread_id
-- index: tenant, thread_id
-- column tenant: whose it is
-- column node_id: the message, by its own key; one without a key, a call or a meeting by its event
-- column thread_id: the conversation: the smallest id of all that answer, refer to or name each other, directly or over
--      others
-- column kind: what it is: message, or thread for the key that a source gave a conversation
-- column event_id: the event that is this message, of several copies the one with the smallest id; empty if we do not
--      have it
WITH RECURSIVE link AS (
    SELECT tenant, node_id, other_id FROM fact_thread_link
    UNION ALL
    SELECT tenant, other_id AS node_id, node_id AS other_id FROM fact_thread_link
),

-- Each follows the smallest among itself and those it is linked with. Most conversations have one hub already: a key
-- that all name, or a message to which all later ones refer.
hub AS (
    SELECT DISTINCT ON (tenant, node_id)
        tenant,
        node_id,
        least(node_id, other_id) AS hub_id
    FROM link
    ORDER BY tenant, node_id, other_id
),

crossing AS (
    SELECT DISTINCT
        l.tenant,
        a.hub_id AS one_id,
        b.hub_id AS other_id
    FROM fact_thread_link AS l
    INNER JOIN hub AS a ON l.tenant = a.tenant AND l.node_id = a.node_id
    INNER JOIN hub AS b ON l.tenant = b.tenant AND l.other_id = b.node_id
    WHERE a.hub_id <> b.hub_id
),

way AS (
    SELECT tenant, one_id AS hub_id, other_id AS next_id FROM crossing
    UNION ALL
    SELECT tenant, other_id AS hub_id, one_id AS next_id FROM crossing
),

-- Where there are several hubs, each tells the others the smallest it has just heard of, but none larger than themselves.
told AS (
    SELECT tenant, hub_id, hub_id AS thread_id FROM way
    UNION
    SELECT tenant, hub_id, thread_id FROM (
        SELECT DISTINCT ON (w.tenant, w.next_id)
            w.tenant,
            w.next_id AS hub_id,
            t.thread_id
        FROM told AS t
        INNER JOIN way AS w ON t.tenant = w.tenant AND t.hub_id = w.hub_id
        WHERE t.thread_id < w.next_id
        ORDER BY w.tenant, w.next_id, t.thread_id
    ) AS passed
),

-- Whoever follows a hub belongs where its smallest word says. By a sort, not a join: nobody can tell beforehand how many
-- hubs were told something, and a planner that takes them for a few compares each with each.
heard AS (
    SELECT tenant, node_id, hub_id, hub_id AS thread_id FROM hub
    UNION ALL
    SELECT tenant, NULL AS node_id, hub_id, thread_id FROM told
),

placed AS (
    SELECT
        tenant,
        node_id,
        first_value(thread_id) OVER (PARTITION BY tenant, hub_id ORDER BY thread_id) AS thread_id
    FROM heard
),

named AS (
    SELECT tenant, other_id AS node_id, min(other_kind) AS kind FROM fact_thread_link
    GROUP BY tenant, other_id
),

own AS (
    SELECT DISTINCT ON (tenant, node_id)
        tenant,
        node_id,
        event_id
    FROM fact_thread_link
    WHERE node_id = other_id
    ORDER BY tenant, node_id, event_id
)

SELECT
    p.tenant,
    p.node_id,
    p.thread_id,
    n.kind,
    o.event_id
FROM placed AS p
INNER JOIN named AS n ON p.tenant = n.tenant AND p.node_id = n.node_id
LEFT JOIN own AS o ON p.tenant = o.tenant AND p.node_id = o.node_id
