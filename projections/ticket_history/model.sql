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
-- column score: the customer's rating with this event, 1 to 5
-- column waiting_for: whom we wait for, if the event says so: customer, third_party or internal
-- column opened_at: when the ticket began (UTC); empty if that is not known; the same in all rows of a ticket
-- column seconds_since_opening: from opened_at to the event; empty if either time is not known, or the event is earlier
-- column resolved_at: since when the ticket has been resolved after the event (UTC), and not reopened since
-- column closed_at: since when the ticket has been closed after the event (UTC), and not reopened since
-- column contact_id: who asks, after the event, as the source named them
-- column account_id: the account they belong to, after the event
-- column reference: the ticket's outside key, as the event gave it
WITH happened AS (
    SELECT
        *,
        row_number() OVER w AS n,
        count(*) FILTER (WHERE action = 'opened') OVER w AS opened_no,
        count(*) FILTER (WHERE action = 'agent_replied') OVER w AS replied_no,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS known_at
    FROM fact_ticket
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id)
),

turned AS (
    SELECT
        *,
        max(n) FILTER (WHERE action = 'closed') OVER w AS closed_n,
        max(n) FILTER (WHERE action = 'resolved') OVER w AS resolved_n,
        coalesce(max(n) FILTER (WHERE action = 'reopened') OVER w, 0) AS reopened_n,
        coalesce(min(n) FILTER (WHERE action = 'opened') OVER (PARTITION BY tenant, thing_id), 1) AS opening_n
    FROM happened
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY n)
),

-- A closing holds until the next reopening, whatever else happens; so does a resolution, behind it.
done AS (
    SELECT
        *,
        CASE WHEN closed_n > reopened_n THEN 'closed' WHEN resolved_n > reopened_n THEN 'resolved' END AS done
    FROM turned
),

preceded AS (
    SELECT *, lag(done) OVER (PARTITION BY tenant, thing_id ORDER BY n) AS done_before FROM done
),

judged AS (
    SELECT
        *,
        CASE
            WHEN action = 'opened' AND opened_no > 1 THEN 'already_opened'
            WHEN action IN ('put_on_hold', 'resolved') THEN done_before
            WHEN action = 'closed' AND done_before = 'closed' THEN 'closed'
            WHEN action = 'reopened' AND done_before IS NULL THEN 'open'
        END AS contradiction
    FROM preceded
),

counted AS (
    SELECT
        *,
        coalesce(
            done,
            CASE
                WHEN
                    max(n) FILTER (WHERE action = 'put_on_hold' AND contradiction IS NULL) OVER w
                    > coalesce(
                        max(n) FILTER (
                            WHERE action IN ('customer_replied', 'reopened') AND contradiction IS NULL
                        ) OVER w,
                        0
                    )
                    THEN 'on_hold'
            END,
            'open'
        ) AS status,
        count(owner) FILTER (WHERE contradiction IS NULL) OVER w AS owner_no,
        count(priority) FILTER (WHERE contradiction IS NULL) OVER w AS priority_no,
        count(*) FILTER (WHERE action IN ('resolved', 'reopened') AND contradiction IS NULL) OVER w AS resolved_no,
        count(*) FILTER (WHERE action IN ('closed', 'reopened') AND contradiction IS NULL) OVER w AS closed_no
    FROM judged
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY n)
),

carried AS (
    SELECT
        *,
        coalesce(lag(status) OVER (PARTITION BY tenant, thing_id ORDER BY n) <> status, TRUE) AS changed,
        max(known_at) FILTER (WHERE n = opening_n) OVER (PARTITION BY tenant, thing_id) AS opened_at,
        first_value(CASE WHEN contradiction IS NULL THEN owner END)
            OVER (PARTITION BY tenant, thing_id, owner_no ORDER BY n) AS owner_then,
        first_value(CASE WHEN contradiction IS NULL THEN priority END)
            OVER (PARTITION BY tenant, thing_id, priority_no ORDER BY n) AS priority_then,
        first_value(CASE WHEN action = 'resolved' AND contradiction IS NULL THEN known_at END)
            OVER (PARTITION BY tenant, thing_id, resolved_no ORDER BY n) AS resolved_at,
        first_value(CASE WHEN action = 'closed' AND contradiction IS NULL THEN known_at END)
            OVER (PARTITION BY tenant, thing_id, closed_no ORDER BY n) AS closed_at,
        first_value(channel) OVER opening AS channel_then,
        first_value(main_contact_id) OVER opening AS contact_id,
        first_value(account_id) OVER opening AS account_id_then
    FROM counted
    WINDOW opening AS (PARTITION BY tenant, thing_id, opened_no > 0 ORDER BY n)
)

SELECT
    c.tenant,
    c.thing_id AS ticket_id,
    c.event_id,
    c.n,
    c.occurred_at,
    c.time_precision,
    c.occurred_on,
    c.position,
    c.event_type,
    c.action,
    c.label,
    c.state,
    c.actor,
    c.owner_then AS owner,
    a.team,
    c.priority_then AS priority,
    c.channel_then AS channel,
    c.status,
    c.changed,
    c.contradiction,
    c.n = c.opening_n AS is_opening,
    c.action = 'agent_replied' AND c.replied_no = 1 AS is_first_response,
    c.score,
    c.waiting_for,
    c.opened_at,
    CASE
        WHEN c.known_at >= c.opened_at THEN CAST(extract(EPOCH FROM c.known_at - c.opened_at) AS decimal(18, 6))
    END AS seconds_since_opening,
    c.resolved_at,
    c.closed_at,
    CASE WHEN c.opened_no > 0 THEN c.contact_id END AS contact_id,
    CASE WHEN c.opened_no > 0 THEN c.account_id_then END AS account_id,
    c.subject AS reference
FROM carried AS c
LEFT JOIN agent_team AS a
    ON c.tenant = a.tenant
    AND c.owner_then = a.name
    AND (a.valid_from IS NULL OR a.valid_from <= c.occurred_at)
    AND (a.valid_to IS NULL OR a.valid_to > c.occurred_at)
