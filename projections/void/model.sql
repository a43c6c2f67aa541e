-- table: crm.void
-- about: every time that events were taken back: when, by whom, why, how many, and whether it still stands
-- key: tenant, void_id
-- grain: tenant, void_id
-- reads: fact_void(tenant, thing_id)
-- column tenant: whose it is
-- column void_id: the void, as `rapport void --undo` names it
-- column made_at: when the events were taken back
-- column made_by: who took them back
-- column reason: why
-- column selected_by: by what they were named: event, import or correlation
-- column selected: the event's id in tables, the import's id, or the correlation id
-- column events: how many events it took back
-- column stands: whether they are taken back still; false once it was undone
-- column undone_at: when it was undone
-- column undone_by: who undid it
-- column undone_reason: why it was undone
SELECT
    m.tenant,
    m.thing_id AS void_id,
    m.occurred_at AS made_at,
    m.actor AS made_by,
    m.reason,
    m.selected_by,
    m.selected,
    m.events,
    u.thing_id IS NULL AS stands,
    u.occurred_at AS undone_at,
    u.actor AS undone_by,
    u.reason AS undone_reason
FROM fact_void AS m
LEFT JOIN fact_void AS u ON m.tenant = u.tenant AND m.thing_id = u.thing_id AND u.action = 'undone'
WHERE m.action = 'made'
