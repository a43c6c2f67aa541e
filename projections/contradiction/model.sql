-- table: crm.contradiction
-- about: facts that do not fit what else is known of their thing, such as a move of a closed deal; they change no
--        status, and are judged anew whenever their thing is touched
-- key: tenant, event_id
-- grain: tenant, event_id
-- reads: deal_history(tenant, event_id)
-- reads: ticket_history(tenant, event_id)
-- column tenant: whose it is
-- column event_id: the event
-- column thing: the outside key of the deal or ticket
-- column reason: closed, open, already_opened, unknown_stage, resolved: the state that did not fit, or what is not known
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
