-- Each activity, and of each meeting the event by which it was held.
WITH happened AS (
    SELECT
        tenant,
        occurred_on AS day,
        occurred_at,
        activity_id AS event_id,
        kind,
        CASE WHEN kind = 'form' THEN 'inbound' ELSE coalesce(direction, '(none)') END AS direction,
        CASE
            WHEN kind = 'call' THEN 'phone'
            WHEN kind IN ('email', 'chat', 'sms') THEN kind
            WHEN kind = 'social' THEN network
            WHEN kind = 'letter' THEN 'post'
            WHEN kind IN ('visit', 'form', 'cart') THEN 'web'
            ELSE '(none)'
        END AS channel,
        agent,
        kind = 'call' AND outcome <> 'connected' AS is_missed,
        duration_seconds
    FROM activity
    UNION ALL
    SELECT
        m.tenant,
        m.held_on,
        m.held_at,
        h.event_id,
        'meeting',
        '(none)',
        coalesce(m.channel, '(none)'),
        m.owner,
        m.outcome = 'no_show',
        m.duration_seconds
    FROM meeting AS m
    INNER JOIN meeting_history AS h
        ON m.tenant = h.tenant AND m.meeting_id = h.meeting_id AND h.action = 'held' AND h.contradiction IS NULL
    WHERE m.held_on IS NOT NULL
)

SELECT
    h.tenant,
    h.day,
    h.kind,
    h.direction,
    h.channel,
    coalesce(h.agent, '(none)') AS owner,
    coalesce(a.team, '(none)') AS team,
    h.event_id,
    1 AS activities,
    CASE WHEN h.is_missed THEN 1 ELSE 0 END AS missed,
    CASE WHEN h.duration_seconds IS NOT NULL THEN 1 ELSE 0 END AS timed,
    coalesce(h.duration_seconds, 0) AS seconds
FROM happened AS h
LEFT JOIN agent_team AS a
    ON
        h.tenant = a.tenant
        AND h.agent = a.name
        AND (a.valid_from IS NULL OR a.valid_from <= h.occurred_at)
        AND (a.valid_to IS NULL OR h.occurred_at < a.valid_to)
