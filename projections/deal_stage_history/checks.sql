-- No stay is negative.
SELECT tenant, entered_event_id
FROM deal_stage_history
WHERE seconds < 0 OR left_at < entered_at;

-- A deal that is in a stage now is in the one its row says, and in no other.
SELECT d.tenant, d.deal_id
FROM deal AS d
LEFT JOIN deal_stage_history AS s ON d.tenant = s.tenant AND d.deal_id = s.deal_id AND s.is_current
GROUP BY d.tenant, d.deal_id, d.stage_key
HAVING count(*) <> 1 OR max(s.stage_key) IS DISTINCT FROM d.stage_key;
