-- A deal counts in a stage by the event with which it first came there; as gone on by the first that brought it further
-- after that; as being there by the one that brought it there last; its time inside by the one with which it left for
-- good; and as won or lost by the one that closed it. As opened it counts in every stage.
WITH stay AS (
    SELECT
        d.tenant,
        d.month,
        d.pipeline_id,
        d.stage_key,
        d.stage_kind,
        d.deal_id,
        h.n,
        coalesce(h.n - lag(h.n) OVER w > 1, TRUE) AS comes
    FROM deal_funnel AS d
    INNER JOIN deal_history AS h
        ON
            d.tenant = h.tenant
            AND d.deal_id = h.deal_id
            AND h.opening_n IS NOT NULL
            AND d.stage_key = coalesce(h.stage_key, '(none)')
            AND d.stage_kind = coalesce(h.stage_kind, 'open')
    WINDOW w AS (PARTITION BY d.tenant, d.month, d.pipeline_id, d.stage_key, d.stage_kind, d.deal_id ORDER BY h.n)
),

turn AS (
    SELECT
        tenant,
        month,
        pipeline_id,
        stage_key,
        stage_kind,
        deal_id,
        min(n) AS first_n,
        max(n) AS last_n,
        max(n) FILTER (WHERE comes) AS came_n
    FROM stay
    GROUP BY tenant, month, pipeline_id, stage_key, stage_kind, deal_id
),

place AS (
    SELECT
        t.tenant,
        t.month,
        t.pipeline_id,
        t.stage_key,
        t.stage_kind,
        t.deal_id,
        h.n,
        h.closing_n,
        CASE h.stage_kind WHEN 'won' THEN 1000000 WHEN 'lost' THEN -1 ELSE coalesce(s.ordinal, 0) END AS place
    FROM turn AS t
    INNER JOIN deal_history AS h ON t.tenant = h.tenant AND t.deal_id = h.deal_id AND t.first_n <= h.n
    LEFT JOIN pipeline_stage AS s
        ON
            h.tenant = s.tenant
            AND h.pipeline_id = s.pipeline_id
            AND h.stage_key = s.stage_key
            AND h.stage_kind = s.kind
),

-- The rows of a deal that its numbers stand with, beside those of its stay.
mark AS (
    SELECT
        p.tenant,
        p.month,
        p.pipeline_id,
        p.stage_key,
        p.stage_kind,
        p.deal_id,
        max(p.closing_n) AS closing_n,
        min(p.n) FILTER (WHERE p.place > f.place) AS on_n
    FROM place AS p
    INNER JOIN turn AS t
        ON
            p.tenant = t.tenant
            AND p.month = t.month
            AND p.pipeline_id = t.pipeline_id
            AND p.stage_key = t.stage_key
            AND p.stage_kind = t.stage_kind
            AND p.deal_id = t.deal_id
    INNER JOIN place AS f
        ON
            t.tenant = f.tenant
            AND t.month = f.month
            AND t.pipeline_id = f.pipeline_id
            AND t.stage_key = f.stage_key
            AND t.stage_kind = f.stage_kind
            AND t.deal_id = f.deal_id
            AND t.first_n = f.n
    GROUP BY p.tenant, p.month, p.pipeline_id, p.stage_key, p.stage_kind, p.deal_id
)

SELECT
    d.tenant,
    d.month,
    d.pipeline_id,
    d.stage_key,
    d.stage_kind,
    h.event_id,
    0 AS opened,
    CASE WHEN h.n = t.first_n THEN 1 ELSE 0 END AS entered,
    CASE WHEN h.n = m.on_n AND d.moved_on THEN 1 ELSE 0 END AS moved_on,
    CASE WHEN h.n = t.came_n AND d.is_current THEN 1 ELSE 0 END AS here_now,
    CASE WHEN h.n = m.closing_n AND d.status = 'won' THEN 1 ELSE 0 END AS won,
    CASE WHEN h.n = m.closing_n AND d.status = 'lost' THEN 1 ELSE 0 END AS lost,
    CASE WHEN h.n = m.closing_n AND d.status = 'won' AND d.closed_from_here THEN 1 ELSE 0 END AS won_from_here,
    CASE WHEN h.n = m.closing_n AND d.status = 'lost' AND d.closed_from_here THEN 1 ELSE 0 END AS lost_from_here,
    CASE WHEN h.n = t.first_n AND d.seconds_to_enter IS NOT NULL THEN 1 ELSE 0 END AS timed_entries,
    CASE WHEN h.n = t.first_n THEN coalesce(d.seconds_to_enter, 0) ELSE 0 END AS seconds_to_enter,
    CASE WHEN h.n = t.last_n + 1 AND d.seconds_inside IS NOT NULL THEN 1 ELSE 0 END AS timed_stays,
    CASE WHEN h.n = t.last_n + 1 THEN coalesce(d.seconds_inside, 0) ELSE 0 END AS seconds_inside
FROM deal_funnel AS d
INNER JOIN turn AS t
    ON
        d.tenant = t.tenant
        AND d.month = t.month
        AND d.pipeline_id = t.pipeline_id
        AND d.stage_key = t.stage_key
        AND d.stage_kind = t.stage_kind
        AND d.deal_id = t.deal_id
INNER JOIN mark AS m
    ON
        d.tenant = m.tenant
        AND d.month = m.month
        AND d.pipeline_id = m.pipeline_id
        AND d.stage_key = m.stage_key
        AND d.stage_kind = m.stage_kind
        AND d.deal_id = m.deal_id
INNER JOIN deal_history AS h
    ON d.tenant = h.tenant AND d.deal_id = h.deal_id AND h.n IN (t.first_n, t.came_n, t.last_n + 1, m.on_n, m.closing_n)
UNION ALL
SELECT
    k.tenant,
    k.month,
    k.pipeline_id,
    k.stage_key,
    k.stage_kind,
    h.event_id,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0
FROM kpi_funnel AS k
INNER JOIN (SELECT DISTINCT tenant, month, pipeline_id, deal_id FROM deal_funnel) AS c
    ON k.tenant = c.tenant AND k.month = c.month AND k.pipeline_id = c.pipeline_id
INNER JOIN deal_history AS h ON c.tenant = h.tenant AND c.deal_id = h.deal_id AND h.n = h.opening_n
