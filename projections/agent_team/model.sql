-- table: crm.agent_team
-- about: which team an owner's name stood for at which time, so that numbers of the past keep the team of the past
-- key: tenant, name
-- grain: tenant, name, from_event_id
-- reads: agent_history(tenant, name)
-- column tenant: whose it is
-- column name: the agent's name; of several agents with one name, the one known first counts
-- column from_event_id: the event that began it
-- column valid_from: since when (UTC); empty for the first, which holds for all time before
-- column valid_to: until when (UTC), not included; empty for the present
-- column team: the team
-- column office: the office
-- column manager: the manager, by name
WITH namesake AS (
    SELECT DISTINCT ON (tenant, name)
        tenant,
        name,
        agent_id
    FROM agent_history
    WHERE name IS NOT NULL
    ORDER BY tenant, name, occurred_at, agent_id
),

period AS (
    SELECT
        h.*,
        row_number() OVER w AS period_no,
        lead(h.occurred_at) OVER w AS valid_to
    FROM agent_history AS h
    INNER JOIN namesake AS s ON h.tenant = s.tenant AND h.name = s.name AND h.agent_id = s.agent_id
    WINDOW w AS (PARTITION BY h.tenant, h.name ORDER BY h.n)
)

SELECT
    tenant,
    name,
    event_id AS from_event_id,
    CASE WHEN period_no > 1 THEN occurred_at END AS valid_from,
    valid_to,
    team,
    office,
    manager
FROM period
