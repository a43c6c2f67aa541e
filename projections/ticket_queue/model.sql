-- view: crm.ticket_queue
-- about: the tickets that agents have to work on: those open or on hold; subtract a time from the present for its age
-- grain: tenant, ticket_id
-- reads: ticket(tenant, ticket_id)
-- column tenant: whose it is
-- column ticket_id: the ticket
-- column reference: the ticket's outside key
-- column status: open or on_hold
-- column priority: how urgent it is: low, normal, high, urgent, or empty if that is not known
-- column urgency: the priority as a number to sort by, 1 for the most urgent; what has none counts as normal
-- column owner: the agent who holds it, by name; empty if nobody does
-- column team: the owner's team when the ticket last changed
-- column channel: how the customer came to us
-- column contact_id: who asks
-- column account_id: the account they belong to
-- column opened_at: when it began (UTC)
-- column status_since: since when it has been open or on hold (UTC)
-- column waiting_since: since when the customer waits for a reply (UTC); empty if they do not
-- column waiting_for: whom we wait for while it is on hold: customer, third_party or internal
-- column first_response_at: when we first replied to the customer (UTC); empty if we have not
-- column last_event_at: when the last event happened (UTC)
-- column last_label: the source's own word for the last step that has one
-- column events: how many events it has
-- column reopened: how many times it was reopened
SELECT
    tenant,
    ticket_id,
    reference,
    status,
    priority,
    CASE priority WHEN 'urgent' THEN 1 WHEN 'high' THEN 2 WHEN 'low' THEN 4 ELSE 3 END AS urgency,
    owner,
    team,
    channel,
    contact_id,
    account_id,
    opened_at,
    status_since,
    waiting_since,
    waiting_for,
    first_response_at,
    last_event_at,
    last_label,
    events,
    reopened
FROM ticket
WHERE status IN ('open', 'on_hold')
