-- view: crm.freshness
-- about: how old the tables are: the last event they hold, and when it was taken in
-- grain: tenant
-- reads: applied(tenant)
-- column tenant: whose it is
-- column position: the last event's place in the log
-- column recorded_at: when the last event was recorded (UTC)
-- column applied_at: when the tables took it in (UTC)
SELECT
    tenant,
    position,
    recorded_at,
    applied_at
FROM applied
