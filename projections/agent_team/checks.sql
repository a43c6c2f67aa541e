-- At any time a name stands for one team: its periods begin before everything and end in the present.
SELECT tenant, name
FROM agent_team
GROUP BY tenant, name
HAVING count(*) FILTER (WHERE valid_from IS NULL) <> 1 OR count(*) FILTER (WHERE valid_to IS NULL) <> 1;

-- Each period ends where the next begins.
SELECT a.tenant, a.name, a.valid_to
FROM agent_team AS a
LEFT JOIN agent_team AS b ON a.tenant = b.tenant AND a.name = b.name AND a.valid_to = b.valid_from
WHERE a.valid_to IS NOT NULL AND b.name IS NULL;
