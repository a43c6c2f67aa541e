-- A deal is in one stage now.
SELECT tenant, deal_id
FROM deal_funnel
GROUP BY tenant, deal_id
HAVING count(*) FILTER (WHERE is_current) <> 1 OR count(*) FILTER (WHERE closed_from_here) > 1;

-- A deal that is won went on from every open stage it was in.
SELECT tenant, deal_id, stage_key
FROM deal_funnel
WHERE status = 'won' AND stage_kind = 'open' AND NOT moved_on;

-- Only a closed deal was closed from somewhere, and only from an open stage.
SELECT tenant, deal_id, stage_key
FROM deal_funnel
WHERE closed_from_here AND (status = 'open' OR stage_kind <> 'open');

-- No time is negative.
SELECT tenant, deal_id, stage_key
FROM deal_funnel
WHERE seconds_to_enter < 0 OR seconds_inside < 0;

-- Every deal whose opening has a known day is here.
SELECT tenant, deal_id
FROM deal_history
WHERE n = opening_n AND occurred_on IS NOT NULL
EXCEPT
SELECT tenant, deal_id FROM deal_funnel;
