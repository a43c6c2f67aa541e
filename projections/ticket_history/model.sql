-- table: crm.ticket_history
-- about: one row per event of a ticket, with the ticket's state after it
-- key: tenant, ticket_id
-- grain: tenant, event_id
-- reads: fact_ticket(tenant, thing_id)
-- looks up: agent_team(tenant, name) through ticket_history(tenant, owner -> tenant, ticket_id)
-- index: tenant, owner
-- index: tenant, contact_id
-- column tenant: whose it is
-- column ticket_id: the ticket
-- column event_id: the event
-- column n: the event's place among the ticket's, from 1
-- column occurred_at: when it happened (UTC); a stand-in if `time_precision` is unknown
-- column time_precision: how exactly that is known: instant, day or unknown
-- column occurred_on: the local day; empty if it is not known
-- column position: the event's place in the log
-- column event_type: the event's type
-- column action: what happened, in the past tense: the event's type without area and version
-- column label: the source's own word for the step
-- column state: the source's own word for the ticket's state after the step
-- column actor: who did it, as the source says
-- column owner: the agent who holds the ticket after the event, by name
-- column team: the owner's team at that time
-- column priority: how urgent the ticket is after the event
-- column channel: how the customer came to us, as the opening says
-- column status: the ticket's status after the event: open, on_hold, resolved or closed
-- column changed: whether the event brought the ticket into that status; the first event always does
-- column contradiction: why the event can't be true beside those before it (already_opened, open, resolved, closed) and
--     so changed nothing; empty if it can
-- column is_opening: whether the ticket began with this event: its first opening, or its first event if it has none
-- column is_first_response: whether it is our first reply to the customer
-- column is_first_contact: whether the event resolved the ticket at the first contact: after one reply of ours at most (as
--     Zendesk counts its one-touch tickets), without escalation, and without a reopening before
-- column score: the customer's rating with this event, 1 to 5
-- column waiting_for: whom we wait for, if the event says so: customer, third_party or internal
-- column opened_at: when the ticket began (UTC); empty if that is not known; the same in all rows of a ticket
-- column seconds_since_opening: from opened_at to the event; empty if either time is not known, or the event is earlier
-- column contact_id: who asks, after the event, as the source named them
-- column account_id: the account they belong to, after the event
-- column reference: the ticket's outside key, as the event gave it
WITH happened AS (
    SELECT
        tenant,
        thing_id,
        event_id,
        position,
        occurred_at,
        time_precision,
        occurred_on,
        event_type,
        action,
        subject,
        label,
        state,
        actor,
        owner,
        priority,
        channel,
        score,
        waiting_for,
        main_contact_id,
        account_id,
        row_number() OVER (
            PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id
        ) AS n
    FROM fact_ticket
),

placed AS (
    SELECT
        *,
        coalesce(max(n) FILTER (WHERE action = 'closed') OVER before, 0) AS closed_n,
        coalesce(max(n) FILTER (WHERE action = 'resolved') OVER before, 0) AS resolved_n,
        coalesce(max(n) FILTER (WHERE action = 'reopened') OVER before, 0) AS reopened_n,
        coalesce(min(n) FILTER (WHERE action = 'opened') OVER whole, 1) AS opening_n,
        min(n) FILTER (WHERE action = 'agent_replied') OVER whole AS first_reply_n
    FROM happened
    WINDOW
        before AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        whole AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),

-- A closing holds until the next reopening, whatever else happens; so does a resolution, if nothing was closed.
preceded AS (
    SELECT
        *,
        n = opening_n AS is_opening,
        CASE WHEN closed_n > reopened_n THEN 'closed' WHEN resolved_n > reopened_n THEN 'resolved' END AS done_before,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS known_at
    FROM placed
),

judged AS (
    SELECT
        *,
        CASE
            WHEN action = 'opened' AND NOT is_opening THEN 'already_opened'
            WHEN action IN ('put_on_hold', 'resolved') THEN done_before
            WHEN action = 'closed' AND done_before = 'closed' THEN 'closed'
            WHEN action = 'reopened' AND done_before IS NULL THEN 'open'
        END AS contradiction
    FROM preceded
),

counted AS (
    SELECT
        *,
        coalesce(max(n) FILTER (WHERE action = 'put_on_hold' AND contradiction IS NULL) OVER before, 0) AS held_n,
        coalesce(
            max(n) FILTER (WHERE action IN ('customer_replied', 'reopened') AND contradiction IS NULL) OVER before, 0
        ) AS released_n,
        max(known_at) FILTER (WHERE is_opening) OVER whole AS opened_at,
        count(*) FILTER (WHERE action = 'agent_replied') OVER before AS replies_before,
        count(*) FILTER (WHERE action = 'escalated' OR (action = 'reopened' AND contradiction IS NULL)) OVER before
            AS setbacks_before,
        -- Said words carry n in front, so that their running maximum is the last one, and no further sort is needed.
        max(said || owner) OVER upto AS owner_said,
        max(said || priority) OVER upto AS priority_said,
        -- One row at most says these, so that the greatest is the one. PostgreSQL has no max of uuids.
        max(channel) FILTER (WHERE is_opening) OVER upto AS channel_then,
        max(CAST(main_contact_id AS text)) FILTER (WHERE is_opening AND action = 'opened') OVER upto AS contact_id,
        max(CAST(account_id AS text)) FILTER (WHERE is_opening) OVER upto AS account_id_then
    FROM (
        SELECT *, CASE WHEN contradiction IS NULL THEN lpad(CAST(n AS text), 9, '0') END COLLATE "C" AS said
        FROM judged
    ) AS j
    WINDOW
        before AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
        upto AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
        whole AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),

stated AS (
    SELECT
        *,
        substr(owner_said, 10) AS owner_then,
        substr(priority_said, 10) AS priority_then,
        coalesce(done_before, CASE WHEN held_n > released_n THEN 'on_hold' ELSE 'open' END) AS status_before
    FROM counted
),

moved AS (
    SELECT
        *,
        CASE
            WHEN contradiction IS NOT NULL THEN status_before
            WHEN action IN ('resolved', 'closed') THEN action
            WHEN action = 'put_on_hold' THEN 'on_hold'
            WHEN action = 'reopened' OR (action = 'customer_replied' AND status_before = 'on_hold') THEN 'open'
            ELSE status_before
        END AS status
    FROM stated
)

SELECT
    m.tenant,
    m.thing_id AS ticket_id,
    m.event_id,
    m.n,
    m.occurred_at,
    m.time_precision,
    m.occurred_on,
    m.position,
    m.event_type,
    m.action,
    m.label,
    m.state,
    m.actor,
    m.owner_then AS owner,
    a.team,
    m.priority_then AS priority,
    m.channel_then AS channel,
    m.status,
    m.n = 1 OR m.status <> m.status_before AS changed,
    m.contradiction,
    m.is_opening,
    coalesce(m.n = m.first_reply_n, FALSE) AS is_first_response,
    m.action = 'resolved' AND m.contradiction IS NULL AND m.replies_before < 2 AND m.setbacks_before = 0
        AS is_first_contact,
    m.score,
    m.waiting_for,
    m.opened_at,
    CASE
        WHEN m.known_at >= m.opened_at THEN CAST(extract(EPOCH FROM m.known_at - m.opened_at) AS decimal(18, 6))
    END AS seconds_since_opening,
    CAST(m.contact_id AS uuid) AS contact_id,
    CAST(m.account_id_then AS uuid) AS account_id,
    m.subject AS reference
FROM moved AS m
LEFT JOIN agent_team AS a
    ON m.tenant = a.tenant
    AND m.owner_then = a.name
    AND (a.valid_from IS NULL OR a.valid_from <= m.occurred_at)
    AND (a.valid_to IS NULL OR a.valid_to > m.occurred_at)
