-- Tickets with their history: each row is one thing that happened to a ticket.
--
-- columns: id, at, event, label?, owner?, channel?, priority?, subject?, text?, state?
-- columns: contact_id?, contact_email?, account?, score?, comment?, sequence?, event_id?
--
-- `event` is opened, assigned, customer_replied, agent_replied, priority_changed, escalated, put_on_hold, resolved,
-- reopened, closed or rated; any other word is recorded as a step, named by `label` or by that word itself. `at` is a
-- date, or a time with its zone (or --set zone=…). `sequence` orders events of the same time. `channel`, `subject` and
-- `account` count where a ticket is opened, `priority` there and where it changes, `text` and the contact where somebody
-- writes, `score` (1 to 5) and `comment` where it is rated. `event_id`, if the source has one, lets a corrected file be
-- told from a repeated one.
WITH
worded AS (
    SELECT
        rowid + 1 AS number,
        *,
        replace(replace(lower(trim(event)), ' ', '_'), '-', '_') AS word
    FROM input
),

happening AS (
    SELECT
        *,
        CASE
            WHEN word IN (
                'opened', 'assigned', 'customer_replied', 'agent_replied', 'priority_changed', 'escalated',
                'put_on_hold', 'resolved', 'reopened', 'closed', 'rated'
            ) THEN word
            WHEN word IN ('created', 'open') THEN 'opened'
            WHEN word = 'on_hold' THEN 'put_on_hold'
            ELSE 'step_recorded'
        END AS action
    FROM worded
)

SELECT
    event_id AS id,
    'crm.ticket.' || action || '.v1' AS type,
    event_time("at") AS time,
    sequence,
    reference('ticket', id) AS subject,
    to_json({
        label: coalesce(trim(label), trim(event)),
        owner: trim(owner),
        state: CASE WHEN action = 'step_recorded' THEN trim(state) END,
        channel: CASE WHEN action = 'opened' THEN lower(trim(channel)) END,
        priority: CASE WHEN action IN ('opened', 'priority_changed') THEN lower(trim(priority)) END,
        subject_line: CASE WHEN action = 'opened' THEN subject END,
        text: CASE WHEN action IN ('opened', 'customer_replied', 'agent_replied') THEN text END,
        contacts: CASE
            WHEN action IN ('opened', 'customer_replied')
                THEN [coalesce(reference('contact', contact_id), 'contact:mail:' || trim(contact_email))]
        END,
        account: CASE WHEN action = 'opened' THEN reference('account', account) END,
        score: CASE WHEN action = 'rated' THEN score END,
        comment: CASE WHEN action = 'rated' THEN comment END
    }) AS data,
    'row ' || number AS place
FROM happening
