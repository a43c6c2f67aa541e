-- table: crm.agent_history
-- about: one row per event of an agent, with what was known of the agent after it
-- key: tenant, agent_id
-- grain: tenant, event_id
-- reads: fact_agent(tenant, thing_id)
-- index: tenant, name
-- column tenant: whose it is
-- column agent_id: the agent
-- column event_id: the event
-- column position: the event's place in the log
-- column n: the event's place among the agent's, from 1
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known
-- column event_type: the event's type
-- column reference: the agent's outside key
-- column name: the agent's name after the event
-- column team: the agent's team after the event
-- column office: the agent's office after the event
-- column manager: the agent's manager after the event, by name
-- column has_left: whether the agent no longer works here after the event
WITH fact AS (
    SELECT
        *,
        row_number() OVER w AS n,
        count(name) OVER w AS name_no,
        count(team) OVER w AS team_no,
        count(office) OVER w AS office_no,
        count(manager) OVER w AS manager_no
    FROM fact_agent
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id)
)

SELECT
    tenant,
    thing_id AS agent_id,
    event_id,
    position,
    n,
    occurred_at,
    event_type,
    subject AS reference,
    first_value(name) OVER (PARTITION BY tenant, thing_id, name_no ORDER BY n) AS name,
    first_value(team) OVER (PARTITION BY tenant, thing_id, team_no ORDER BY n) AS team,
    first_value(office) OVER (PARTITION BY tenant, thing_id, office_no ORDER BY n) AS office,
    first_value(manager) OVER (PARTITION BY tenant, thing_id, manager_no ORDER BY n) AS manager,
    action = 'left' AS has_left
FROM fact
