-- Every event of a deal is counted, and every deal with an event is here.
SELECT tenant, deal_id, count(*) AS events
FROM deal_history
GROUP BY tenant, deal_id
EXCEPT
SELECT tenant, deal_id, events FROM deal;

-- Only what is closed was closed, and only what is lost has a reason for that.
SELECT tenant, deal_id
FROM deal
WHERE (closed_at IS NOT NULL AND status = 'open') OR (lost_reason IS NOT NULL AND status <> 'lost');

-- No cycle is negative.
SELECT tenant, deal_id
FROM deal
WHERE cycle_seconds < 0;
