-- table: crm.contradiction
-- about: facts that do not fit what else is known of their thing, such as a move of a closed deal; they change no
--        status, and are judged anew whenever their thing is touched
-- key: tenant, event_id
-- grain: tenant, event_id
-- reads: deal_history(tenant, event_id)
-- reads: ticket_history(tenant, event_id)
-- reads: meeting_history(tenant, event_id)
-- reads: task_history(tenant, event_id)
-- reads: order_history(tenant, event_id)
-- reads: subscription_history(tenant, event_id)
-- column tenant: whose it is
-- column event_id: the event
-- column thing: the outside key of the deal, ticket, meeting, task, order or subscription
-- column reason: the state that did not fit (open, closed, resolved, held, completed, cancelled, ended), what had been
--      said before (already_opened, already_scheduled, already_planned, already_placed, already_started), or what is not
--      known (unknown_stage)
-- column event_type: the event's type
-- column occurred_at: when it happened (UTC)
-- column position: the event's place in the log
SELECT
    tenant,
    event_id,
    reference AS thing,
    contradiction AS reason,
    event_type,
    occurred_at,
    position
FROM deal_history
WHERE contradiction IS NOT NULL
UNION ALL
SELECT
    tenant,
    event_id,
    reference,
    contradiction,
    event_type,
    occurred_at,
    position
FROM ticket_history
WHERE contradiction IS NOT NULL
UNION ALL
SELECT
    tenant,
    event_id,
    reference,
    contradiction,
    event_type,
    occurred_at,
    position
FROM meeting_history
WHERE contradiction IS NOT NULL
UNION ALL
SELECT
    tenant,
    event_id,
    reference,
    contradiction,
    event_type,
    occurred_at,
    position
FROM task_history
WHERE contradiction IS NOT NULL
UNION ALL
SELECT
    tenant,
    event_id,
    reference,
    contradiction,
    event_type,
    occurred_at,
    position
FROM order_history
WHERE contradiction IS NOT NULL
UNION ALL
SELECT
    tenant,
    event_id,
    reference,
    contradiction,
    event_type,
    occurred_at,
    position
FROM subscription_history
WHERE contradiction IS NOT NULL
