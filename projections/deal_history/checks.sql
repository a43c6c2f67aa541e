-- A deal's events are counted from 1, without a gap.
SELECT tenant, deal_id
FROM deal_history
GROUP BY tenant, deal_id
HAVING min(n) <> 1 OR max(n) <> count(*);

-- What contradicts changes neither status nor stage.
SELECT a.tenant, a.event_id
FROM deal_history AS a
LEFT JOIN deal_history AS b ON a.tenant = b.tenant AND a.deal_id = b.deal_id AND a.n = b.n + 1
WHERE
    a.contradiction IS NOT NULL
    AND (a.status <> coalesce(b.status, 'open') OR a.stage_key IS DISTINCT FROM b.stage_key);

-- A deal that is closed was closed by an event, and stands in a stage of that kind.
SELECT tenant, event_id
FROM deal_history
WHERE (status = 'open') <> (closing_n IS NULL) OR (status <> 'open' AND stage_kind IS DISTINCT FROM status);
