-- table: crm.agent
-- about: one row per agent, as known now
-- key: tenant, agent_id
-- grain: tenant, agent_id
-- reads: agent_history(tenant, agent_id)
-- index: tenant, name
-- column tenant: whose it is
-- column agent_id: the agent
-- column name: the agent's name, as deals and tickets give it for their owner
-- column team: the agent's team
-- column office: the agent's office
-- column manager: the agent's manager, by name
-- column reference: the agent's outside key
-- column is_active: whether the agent works here
SELECT DISTINCT ON (tenant, agent_id)
    tenant,
    agent_id,
    name,
    team,
    office,
    manager,
    reference,
    NOT has_left AS is_active
FROM agent_history
ORDER BY tenant, agent_id, n DESC
