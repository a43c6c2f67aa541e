-- table: crm.deal_history
-- about: one row per event of a deal, with the deal as it stood after it: who moved it, from where, when
-- key: tenant, deal_id
-- grain: tenant, event_id
-- reads: fact_deal(tenant, thing_id)
-- looks up: pipeline_label(tenant, pipeline_id) through deal_history(tenant, pipeline_id -> tenant, deal_id)
-- looks up: pipeline_stage(tenant, pipeline_id) through deal_history(tenant, pipeline_id -> tenant, deal_id)
-- looks up: pipeline_stage_probability(tenant, pipeline_id) through deal_history(tenant, pipeline_id -> tenant, deal_id)
-- looks up: pipeline(tenant, pipeline_id) through deal_history(tenant, pipeline_id -> tenant, deal_id)
-- looks up: agent_team(tenant, name) through deal_history(tenant, owner -> tenant, deal_id)
-- index: tenant, pipeline_id
-- index: tenant, owner
-- column tenant: whose it is
-- column deal_id: the deal
-- column event_id: the event
-- column position: the event's place in the log
-- column n: the event's place among the deal's, from 1
-- column reference: the deal's outside key
-- column event_type: the event's type
-- column actor: who did it
-- column occurred_at: when it happened (UTC); a stand-in if the time is not known
-- column time_precision: instant, day, or unknown
-- column occurred_on: the day it happened, in RAPPORT_TIMEZONE; empty if the time is not known
-- column contradiction: why the event changed no status: closed, open, already_opened, unknown_stage; empty if it fits
-- column effect: what the event did to the status: closed, or reopened; empty for everything else
-- column status: open, won or lost, after the event
-- column pipeline_id: the deal's pipeline, the one its opening names
-- column pipeline: the pipeline's name now
-- column stage_key: the key of the stage after the event
-- column stage: the stage after the event, by its name now
-- column stage_kind: open, won or lost
-- column probability: chance of being won that the stage gives today, 0 to 1
-- column probability_then: chance of being won that the stage gave when the event happened, 0 to 1
-- column title: what the deal is called, after the event
-- column account_id: the account that would buy
-- column contact_id: the main contact as the events name it; see contact_identity for the person
-- column product_id: what is to be sold
-- column owner: the agent responsible after the event, by name as the source gives it
-- column team: the owner's team at that time
-- column amount: what the deal is worth after the event, in currency
-- column currency: ISO 4217 code of the amount
-- column expected_close: the day the sale is expected
-- column lost_reason: why it was lost, as a category, while it is lost
-- column opening_n: n of the deal's opening; empty if none is known up to here
-- column closing_n: n of the event that closed it, while it is closed
WITH opening AS (
    SELECT DISTINCT ON (tenant, thing_id)
        tenant,
        thing_id,
        event_id,
        pipeline_id
    FROM fact_deal
    WHERE action = 'opened'
    ORDER BY tenant, thing_id, occurred_at, sequence NULLS LAST, event_id
),

-- The stage a deal gets that is not told which: the first of the pipeline, and the first of each closing kind.
first_stage AS (
    SELECT tenant, pipeline_id, 'opened' AS action, stage_key, stage, kind, probability FROM pipeline_stage
    WHERE ordinal = 1
    UNION ALL
    SELECT tenant, pipeline_id, kind AS action, stage_key, stage, kind, probability FROM pipeline_stage
    WHERE ordinal_of_kind = 1 AND kind <> 'open'
),

fact AS (
    SELECT
        f.tenant,
        f.thing_id,
        f.event_id,
        f.position,
        f.subject,
        f.event_type,
        f.action,
        f.actor,
        f.occurred_at,
        f.time_precision,
        f.occurred_on,
        f.title,
        f.stage,
        f.account_id,
        f.main_contact_id,
        f.product_id,
        f.owner,
        f.amount,
        f.currency,
        f.expected_close,
        f.reason,
        o.pipeline_id AS deal_pipeline_id,
        f.action = 'opened' AND f.event_id <> o.event_id AS opened_again,
        row_number() OVER (
            PARTITION BY f.tenant, f.thing_id ORDER BY f.occurred_at, f.sequence NULLS LAST, f.event_id
        ) AS n
    FROM fact_deal AS f
    LEFT JOIN opening AS o ON f.tenant = o.tenant AND f.thing_id = o.thing_id
),

-- The stage each event means, and what the event would do if the deal is in the right state for it.
meant AS (
    SELECT
        f.*,
        coalesce(l.stage_key, d.stage_key, CASE f.action WHEN 'won' THEN 'Won' WHEN 'lost' THEN 'Lost' END)
            AS meant_key,
        coalesce(l.stage_key, d.stage_key) IS NOT NULL AS is_defined,
        coalesce(l.stage, d.stage, CASE f.action WHEN 'won' THEN 'Won' WHEN 'lost' THEN 'Lost' END) AS meant_stage,
        coalesce(l.kind, d.kind, CASE WHEN f.action IN ('won', 'lost') THEN f.action END) AS meant_kind,
        coalesce(
            l.probability, d.probability, CASE f.action WHEN 'won' THEN 1.0000 WHEN 'lost' THEN 0.0000 END
        ) AS meant_probability,
        CASE
            WHEN f.opened_again THEN 'opened_again'
            WHEN f.stage IS NOT NULL AND f.action IN ('opened', 'moved_to_stage', 'reopened') AND l.kind IS NULL
                THEN 'unknown_stage'
            WHEN f.action IN ('won', 'lost') THEN 'close'
            WHEN f.action = 'reopened' THEN 'reopen'
            WHEN f.action IN ('opened', 'moved_to_stage') AND coalesce(l.kind, d.kind) IN ('won', 'lost') THEN 'close'
            WHEN f.action IN ('opened', 'moved_to_stage') AND coalesce(l.kind, d.kind) = 'open' THEN 'move'
            WHEN f.action = 'opened' THEN 'begin'
        END AS meaning
    FROM fact AS f
    LEFT JOIN pipeline_label AS l
        ON
            f.tenant = l.tenant
            AND f.deal_pipeline_id = l.pipeline_id
            AND f.stage = l.label
            AND f.action IN ('opened', 'moved_to_stage', 'reopened')
    LEFT JOIN first_stage AS d
        ON f.tenant = d.tenant AND f.deal_pipeline_id = d.pipeline_id AND f.action = d.action AND f.stage IS NULL
),

-- Open or closed before each event. An event that contradicts leaves it as it is, so the last one of either sort tells.
placed AS (
    SELECT
        m.*,
        coalesce(max(n) FILTER (WHERE meaning = 'close') OVER before, 0)
        > coalesce(max(n) FILTER (WHERE meaning = 'reopen') OVER before, 0) AS was_closed
    FROM meant AS m
    WINDOW before AS (PARTITION BY tenant, thing_id ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),

judged AS (
    SELECT
        p.*,
        CASE
            WHEN meaning = 'opened_again' THEN 'already_opened'
            WHEN action = 'reopened' AND NOT was_closed THEN 'open'
            WHEN meaning = 'unknown_stage' THEN 'unknown_stage'
            WHEN meaning IN ('close', 'move', 'begin') AND was_closed THEN 'closed'
        END AS contradiction
    FROM placed AS p
),

-- What was last said of each thing, up to and with this event. Said words carry n in front, so that their running
-- maximum is the last one; one window does for all, where a window for each would sort the deals as often.
traced AS (
    SELECT
        j.*,
        max(n) FILTER (WHERE meaning = 'close' AND contradiction IS NULL) OVER w AS close_n,
        max(n) FILTER (WHERE meaning = 'reopen' AND contradiction IS NULL) OVER w AS reopen_n,
        max(n) FILTER (
            WHERE contradiction IS NULL AND (meaning = 'move' OR (meaning = 'reopen' AND meant_kind = 'open'))
        ) OVER w AS stage_n,
        max(n) FILTER (WHERE action = 'opened' AND NOT opened_again) OVER w AS opening_n,
        max(said || title) OVER w AS title_said,
        max(said || CAST(account_id AS text)) OVER w AS account_said,
        max(said || CAST(main_contact_id AS text)) OVER w AS contact_said,
        max(said || CAST(product_id AS text)) OVER w AS product_said,
        max(said || owner) OVER w AS owner_said,
        max(said || CAST(amount AS text)) OVER w AS amount_said,
        max(said || currency) OVER w AS currency_said,
        max(
            said || CASE WHEN action = 'expected_close_changed' THEN coalesce(CAST(expected_close AS text), '')
            ELSE CAST(expected_close AS text) END
        ) OVER w AS expected_said
    FROM (
        SELECT
            *,
            CASE WHEN opened_again IS NOT TRUE THEN lpad(CAST(n AS text), 9, '0') END COLLATE "C" AS said
        FROM judged
    ) AS j
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY n)
),

known AS (
    SELECT
        t.*,
        coalesce(t.close_n, 0) > coalesce(t.reopen_n, 0) AS is_closed,
        c.meant_key AS closing_key,
        c.is_defined AS closing_is_defined,
        c.meant_stage AS closing_stage,
        c.meant_kind AS closing_kind,
        c.meant_probability AS closing_probability,
        c.reason AS closing_reason,
        o.meant_key AS open_key,
        o.meant_stage AS open_stage,
        o.meant_probability AS open_probability,
        substr(t.owner_said, 10) AS owner_known
    FROM traced AS t
    LEFT JOIN judged AS c ON t.tenant = c.tenant AND t.thing_id = c.thing_id AND t.close_n = c.n
    LEFT JOIN judged AS o ON t.tenant = o.tenant AND t.thing_id = o.thing_id AND t.stage_n = o.n
),

final AS (
    SELECT
        k.*,
        CASE WHEN is_closed THEN closing_key WHEN stage_n IS NOT NULL THEN open_key END AS key_now
    FROM known AS k
)

SELECT
    k.tenant,
    k.thing_id AS deal_id,
    k.event_id,
    k.position,
    k.n,
    k.subject AS reference,
    k.event_type,
    k.actor,
    k.occurred_at,
    k.time_precision,
    k.occurred_on,
    k.contradiction,
    CASE
        WHEN k.contradiction IS NULL AND k.meaning = 'close' THEN 'closed'
        WHEN k.contradiction IS NULL AND k.meaning = 'reopen' THEN 'reopened'
    END AS effect,
    CASE WHEN k.is_closed THEN k.closing_kind ELSE 'open' END AS status,
    k.deal_pipeline_id AS pipeline_id,
    p.name AS pipeline,
    k.key_now AS stage_key,
    CASE WHEN k.is_closed THEN k.closing_stage WHEN k.stage_n IS NOT NULL THEN k.open_stage END AS stage,
    CASE WHEN k.is_closed THEN k.closing_kind WHEN k.stage_n IS NOT NULL THEN 'open' END AS stage_kind,
    CAST(
        CASE WHEN k.is_closed THEN k.closing_probability WHEN k.stage_n IS NOT NULL THEN k.open_probability END
        AS decimal(5, 4)
    ) AS probability,
    coalesce(
        v.probability,
        CAST(
            CASE WHEN k.is_closed THEN k.closing_probability WHEN k.stage_n IS NOT NULL THEN k.open_probability END
            AS decimal(5, 4)
        )
    ) AS probability_then,
    substr(k.title_said, 10) AS title,
    CAST(substr(k.account_said, 10) AS uuid) AS account_id,
    CAST(substr(k.contact_said, 10) AS uuid) AS contact_id,
    CAST(substr(k.product_said, 10) AS uuid) AS product_id,
    k.owner_known AS owner,
    a.team,
    CAST(substr(k.amount_said, 10) AS decimal(19, 4)) AS amount,
    substr(k.currency_said, 10) AS currency,
    CAST(nullif(substr(k.expected_said, 10), '') AS date) AS expected_close,
    CASE WHEN k.is_closed AND k.closing_kind = 'lost' THEN k.closing_reason END AS lost_reason,
    k.opening_n,
    CASE WHEN k.is_closed THEN k.close_n END AS closing_n
FROM final AS k
LEFT JOIN pipeline AS p ON k.tenant = p.tenant AND k.deal_pipeline_id = p.pipeline_id
LEFT JOIN pipeline_stage_probability AS v
    ON
        k.tenant = v.tenant
        AND k.deal_pipeline_id = v.pipeline_id
        AND k.key_now = v.stage_key
        -- A deal can be closed in a pipeline without a stage for that, and no stage of the name it then has is meant.
        AND (k.closing_is_defined OR NOT k.is_closed)
        AND (v.valid_from IS NULL OR v.valid_from <= k.occurred_at)
        AND (v.valid_to IS NULL OR k.occurred_at < v.valid_to)
LEFT JOIN agent_team AS a
    ON
        k.tenant = a.tenant
        AND k.owner_known = a.name
        AND (a.valid_from IS NULL OR a.valid_from <= k.occurred_at)
        AND (a.valid_to IS NULL OR k.occurred_at < a.valid_to)
