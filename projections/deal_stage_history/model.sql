-- table: crm.deal_stage_history
-- about: one row per stay of a deal in a stage; the deal's stage on any date is a filter on entered_at and left_at
-- key: tenant, deal_id
-- grain: tenant, entered_event_id
-- reads: deal_history(tenant, deal_id)
-- index: tenant, stage_kind, entered_on
-- column tenant: whose it is
-- column deal_id: the deal
-- column entered_event_id: the event that brought it there
-- column pipeline: the pipeline's name
-- column stage_key: the stage's permanent key
-- column stage: the stage's name now
-- column stage_kind: what the stage means: open, won or lost
-- column entered_at: when it came (UTC); empty if the time is not known
-- column entered_on: the day it came, in RAPPORT_TIMEZONE
-- column left_at: when it went on (UTC); empty while it is there, or if the time is not known
-- column seconds: how long it stayed, in seconds; empty unless both times are known
-- column is_current: whether it is there now
-- column from_stage: the stage it was in before, by its name now
-- column moved_by: who brought it there
-- column amount: what the deal was worth when it left, or is worth now
-- column currency: ISO 4217 code of the amount
-- column owner: the agent responsible when it left, or now
WITH moved AS (
    SELECT
        *,
        lag(stage) OVER w AS stage_before,
        CASE
            WHEN
                (stage_key IS DISTINCT FROM lag(stage_key) OVER w)
                OR (stage_kind IS DISTINCT FROM lag(stage_kind) OVER w)
                THEN 1
            ELSE 0
        END AS moves
    FROM deal_history
    WINDOW w AS (PARTITION BY tenant, deal_id ORDER BY n)
),

stayed AS (
    SELECT *, sum(moves) OVER (PARTITION BY tenant, deal_id ORDER BY n) AS stay FROM moved
),

first_row AS (
    SELECT
        *,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS entered_at,
        lead(CASE WHEN time_precision <> 'unknown' THEN occurred_at END) OVER w AS left_at,
        lead(n) OVER w IS NULL AS is_current
    FROM stayed
    WHERE moves = 1
    WINDOW w AS (PARTITION BY tenant, deal_id ORDER BY n)
),

last_row AS (
    SELECT DISTINCT ON (tenant, deal_id, stay) tenant, deal_id, stay, amount, currency, owner FROM stayed
    ORDER BY tenant, deal_id, stay, n DESC
)

SELECT
    f.tenant,
    f.deal_id,
    f.event_id AS entered_event_id,
    f.pipeline,
    f.stage_key,
    f.stage,
    f.stage_kind,
    f.entered_at,
    f.occurred_on AS entered_on,
    f.left_at,
    CAST(extract(EPOCH FROM f.left_at - f.entered_at) AS decimal(18, 6)) AS seconds,
    f.is_current,
    f.stage_before AS from_stage,
    f.actor AS moved_by,
    l.amount,
    l.currency,
    l.owner
FROM first_row AS f
INNER JOIN last_row AS l ON f.tenant = l.tenant AND f.deal_id = l.deal_id AND f.stay = l.stay
WHERE f.stage_key IS NOT NULL
