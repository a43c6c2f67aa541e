-- table: crm.kpi_activity_daily
-- about: how much went on between people on each day: calls, messages, meetings held, visits and all else, by kind,
--     direction, channel, agent and team
-- key: tenant, day
-- grain: tenant, day, kind, direction, channel, owner, team
-- reads: fact_activity(tenant, occurred_on)
-- reads: meeting(tenant, held_on)
-- looks up: agent_team(tenant, name) through fact_activity(tenant, agent -> tenant, occurred_on)
-- looks up: agent_team(tenant, name) through meeting(tenant, owner -> tenant, held_on)
-- column tenant: whose it is
-- column day: the local day; what has no known time is in no day
-- column kind: call, email, chat, social, sms, letter, note, presentation, visit, form, document, cart or meeting
-- column direction: inbound (to us) or outbound (from us); (none) for what has no direction, such as a note
-- column channel: what it went through: phone, email, chat, sms, post or web; of a social message its network; of a
--     meeting in_person, phone or video; (none) for notes, presentations and documents
-- column owner: the agent who took part, of a meeting its organiser, or (none)
-- column team: that agent's team at the time, or (none)
-- column activities: how many there were
-- column missed: of these, the calls in which nobody was reached, and the meetings to which nobody came
-- column timed: of these, those that say how long they took
-- column seconds: how long these took, together
WITH happened AS (
    SELECT
        f.tenant,
        f.occurred_on AS day,
        f.occurred_at,
        f.agent,
        CASE
            WHEN f.action = 'call_logged' THEN 'call'
            WHEN f.action IN ('email_received', 'email_sent') THEN 'email'
            WHEN f.action = 'chat_message_logged' THEN 'chat'
            WHEN f.action = 'social_message_logged' THEN 'social'
            WHEN f.action = 'sms_logged' THEN 'sms'
            WHEN f.action = 'letter_logged' THEN 'letter'
            WHEN f.action = 'note_taken' THEN 'note'
            WHEN f.action = 'presentation_given' THEN 'presentation'
            WHEN f.action = 'page_visited' THEN 'visit'
            WHEN f.action = 'form_submitted' THEN 'form'
            WHEN f.action = 'document_shared' THEN 'document'
            WHEN f.action = 'cart_abandoned' THEN 'cart'
        END AS kind,
        CASE
            WHEN f.action IN ('email_received', 'form_submitted') THEN 'inbound'
            WHEN f.action = 'email_sent' THEN 'outbound'
            ELSE coalesce(f.direction, '(none)')
        END AS direction,
        CASE
            WHEN f.action = 'call_logged' THEN 'phone'
            WHEN f.action IN ('email_received', 'email_sent') THEN 'email'
            WHEN f.action = 'chat_message_logged' THEN 'chat'
            WHEN f.action = 'social_message_logged' THEN f.network
            WHEN f.action = 'sms_logged' THEN 'sms'
            WHEN f.action = 'letter_logged' THEN 'post'
            WHEN f.action IN ('page_visited', 'form_submitted', 'cart_abandoned') THEN 'web'
            ELSE '(none)'
        END AS channel,
        f.action = 'call_logged' AND f.outcome <> 'connected' AS is_missed,
        f.duration_seconds
    FROM fact_activity AS f
    WHERE f.occurred_on IS NOT NULL
    UNION ALL
    SELECT
        m.tenant,
        m.held_on,
        m.held_at,
        m.owner,
        'meeting',
        '(none)',
        coalesce(m.channel, '(none)'),
        m.outcome = 'no_show',
        m.duration_seconds
    FROM meeting AS m
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
    count(*) AS activities,
    count(*) FILTER (WHERE h.is_missed) AS missed,
    count(h.duration_seconds) AS timed,
    CAST(coalesce(sum(h.duration_seconds), 0) AS bigint) AS seconds
FROM happened AS h
LEFT JOIN agent_team AS a
    ON
        h.tenant = a.tenant
        AND h.agent = a.name
        AND (a.valid_from IS NULL OR a.valid_from <= h.occurred_at)
        AND (a.valid_to IS NULL OR h.occurred_at < a.valid_to)
GROUP BY h.tenant, h.day, h.kind, h.direction, h.channel, coalesce(h.agent, '(none)'), coalesce(a.team, '(none)')
