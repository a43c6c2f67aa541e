-- table: crm.ticket
-- about: one row per ticket, as known now; a ticket is there from its first event, whatever that is
-- key: tenant, ticket_id
-- grain: tenant, ticket_id
-- reads: ticket_history(tenant, ticket_id)
-- looks up: contact_identity(tenant, contact_id) through ticket_history(tenant, contact_id -> tenant, ticket_id)
-- index: tenant, status
-- index: tenant, contact_id
-- column tenant: whose it is
-- column ticket_id: the ticket
-- column reference: the ticket's outside key
-- column channel: how the customer came to us: email, phone, chat, web, social, in_person or other
-- column priority: how urgent it is: low, normal, high or urgent
-- column status: open, on_hold, resolved or closed
-- column owner: the agent who holds it, by name as the source gives it
-- column team: the owner's team when the ticket last changed
-- column contact_id: who asks; of several linked contacts, the one that stands for the person
-- column account_id: the account they belong to
-- column opened_at: when it began (UTC): its opening, or its first event if it has none; empty if that is not known
-- column opened_on: the local day of that
-- column first_response_at: when we first replied to the customer (UTC)
-- column resolved_at: when it was resolved (UTC), if it was not reopened since
-- column closed_at: when it was closed (UTC), if it was not reopened since
-- column rating: the customer's last rating, 1 to 5
-- column events: how many events it has
-- column reopened: how many times it was reopened
-- column replies: how many times we replied
-- column escalated: how many times it was escalated
-- column at_first_contact: whether it was resolved at the first contact, and never reopened: see is_first_contact in
--     ticket_history
-- column first_response_seconds: from opened_at to first_response_at; empty if either is not known
-- column resolution_seconds: from opened_at to resolved_at; empty if either is not known
-- column status_since: since when it has had its status (UTC); empty if that is not known
-- column waiting_since: since when the customer waits for us (UTC): the first opening, reply or reopening behind our
--     last reply, question (on hold for the customer), resolution or closing; empty if there is none or it has no time
-- column waiting_for: whom we wait for while it is on hold: customer, third_party or internal
-- column first_event_at: when the first event with a known time happened (UTC)
-- column last_event_at: when the last event with a known time happened (UTC)
-- column last_label: the source's own word for the last step that has one
-- column last_state: the source's own word for the ticket's state, if it said so with a step
WITH latest AS (
    SELECT DISTINCT ON (tenant, ticket_id) * FROM ticket_history
    ORDER BY tenant, ticket_id, n DESC
),

total AS (
    SELECT
        tenant,
        ticket_id,
        coalesce(min(reference) FILTER (WHERE reference NOT LIKE 'ticket:id:%'), min(reference)) AS reference,
        min(occurred_on) FILTER (WHERE is_opening) AS opened_on,
        min(occurred_at) FILTER (WHERE is_first_response AND time_precision <> 'unknown') AS first_response_at,
        min(seconds_since_opening) FILTER (WHERE is_first_response) AS first_response_seconds,
        max(n) FILTER (
            WHERE contradiction IS NULL
            AND (action IN ('agent_replied', 'resolved', 'closed') OR waiting_for = 'customer')
        ) AS answered_n,
        count(*) FILTER (WHERE action = 'reopened' AND contradiction IS NULL) AS reopened,
        count(*) FILTER (WHERE action = 'agent_replied') AS replies,
        count(*) FILTER (WHERE action = 'escalated') AS escalated,
        count(*) FILTER (WHERE is_first_contact) AS first_contacts,
        min(occurred_at) FILTER (WHERE time_precision <> 'unknown') AS first_event_at,
        max(occurred_at) FILTER (WHERE time_precision <> 'unknown') AS last_event_at
    FROM ticket_history
    GROUP BY tenant, ticket_id
),

rated AS (
    SELECT DISTINCT ON (tenant, ticket_id) tenant, ticket_id, score FROM ticket_history
    WHERE score IS NOT NULL
    ORDER BY tenant, ticket_id, n DESC
),

settled AS (
    SELECT DISTINCT ON (tenant, ticket_id)
        tenant,
        ticket_id,
        CASE WHEN action = 'resolved' AND time_precision <> 'unknown' THEN occurred_at END AS resolved_at
    FROM ticket_history
    WHERE action IN ('resolved', 'reopened') AND contradiction IS NULL
    ORDER BY tenant, ticket_id, n DESC
),

ended AS (
    SELECT DISTINCT ON (tenant, ticket_id)
        tenant,
        ticket_id,
        CASE WHEN action = 'closed' AND time_precision <> 'unknown' THEN occurred_at END AS closed_at
    FROM ticket_history
    WHERE action IN ('closed', 'reopened') AND contradiction IS NULL
    ORDER BY tenant, ticket_id, n DESC
),

changed AS (
    SELECT DISTINCT ON (tenant, ticket_id)
        tenant,
        ticket_id,
        waiting_for,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS known_at
    FROM ticket_history
    WHERE changed
    ORDER BY tenant, ticket_id, n DESC
),

labelled AS (
    SELECT DISTINCT ON (tenant, ticket_id) tenant, ticket_id, label FROM ticket_history
    WHERE label IS NOT NULL AND contradiction IS NULL
    ORDER BY tenant, ticket_id, n DESC
),

stated AS (
    SELECT DISTINCT ON (tenant, ticket_id) tenant, ticket_id, state FROM ticket_history
    WHERE state IS NOT NULL
    ORDER BY tenant, ticket_id, n DESC
),

unanswered AS (
    SELECT DISTINCT ON (h.tenant, h.ticket_id)
        h.tenant,
        h.ticket_id,
        CASE WHEN h.time_precision <> 'unknown' THEN h.occurred_at END AS known_at
    FROM ticket_history AS h
    INNER JOIN total AS t ON h.tenant = t.tenant AND h.ticket_id = t.ticket_id
    WHERE
        h.n > coalesce(t.answered_n, 0)
        AND h.contradiction IS NULL
        AND (h.is_opening OR h.action IN ('customer_replied', 'reopened'))
    ORDER BY h.tenant, h.ticket_id, h.n
)

SELECT
    l.tenant,
    l.ticket_id,
    t.reference,
    l.channel,
    l.priority,
    l.status,
    l.owner,
    l.team,
    coalesce(i.person_id, l.contact_id) AS contact_id,
    l.account_id,
    l.opened_at,
    t.opened_on,
    t.first_response_at,
    d.resolved_at,
    e.closed_at,
    r.score AS rating,
    l.n AS events,
    t.reopened,
    t.replies,
    t.escalated,
    t.first_contacts > 0 AND t.reopened = 0 AS at_first_contact,
    t.first_response_seconds,
    CASE
        WHEN d.resolved_at >= l.opened_at THEN CAST(extract(EPOCH FROM d.resolved_at - l.opened_at) AS decimal(18, 6))
    END AS resolution_seconds,
    c.known_at AS status_since,
    u.known_at AS waiting_since,
    CASE WHEN l.status = 'on_hold' THEN c.waiting_for END AS waiting_for,
    t.first_event_at,
    t.last_event_at,
    b.label AS last_label,
    s.state AS last_state
FROM latest AS l
INNER JOIN total AS t ON l.tenant = t.tenant AND l.ticket_id = t.ticket_id
INNER JOIN changed AS c ON l.tenant = c.tenant AND l.ticket_id = c.ticket_id
LEFT JOIN settled AS d ON l.tenant = d.tenant AND l.ticket_id = d.ticket_id
LEFT JOIN ended AS e ON l.tenant = e.tenant AND l.ticket_id = e.ticket_id
LEFT JOIN rated AS r ON l.tenant = r.tenant AND l.ticket_id = r.ticket_id
LEFT JOIN labelled AS b ON l.tenant = b.tenant AND l.ticket_id = b.ticket_id
LEFT JOIN stated AS s ON l.tenant = s.tenant AND l.ticket_id = s.ticket_id
LEFT JOIN unanswered AS u ON l.tenant = u.tenant AND l.ticket_id = u.ticket_id
LEFT JOIN contact_identity AS i ON l.tenant = i.tenant AND l.contact_id = i.contact_id
