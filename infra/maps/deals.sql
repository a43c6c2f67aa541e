-- Deals, one row each with the stage it stands in, and their pipelines, accounts, products and agents.
--
-- columns: id, title?, pipeline?, stage?, status?, account?, contact_id?, contact_email?, amount?, currency?, owner?
-- columns: product?, opened?, closed?, expected_close?, lost_reason?, probability?, stage_order?
--
-- `status` says open, won or lost; without it a stage with "won" or "lost" in its name closes the deal. `pipeline`,
-- `account`, `product` and `owner` are names; a deal without a pipeline goes through one called sales. Stages are those
-- the file has, in the order of `stage_order`, then of their names; `probability` is theirs, from 0 to 1 (0.5 if
-- missing). --set currency=EUR is the currency of amounts that have none. `opened` and `closed` are dates, or times with
-- their zone (or --set zone=…); a deal without `opened` was opened at a time nobody knows. `lost_reason` is one of
-- Rapport's categories, or free words, which are kept as the explanation.
WITH
deal AS (
    SELECT
        rowid + 1 AS number,
        trim(id) AS id,
        coalesce(trim(pipeline), 'sales') AS pipeline,
        trim(stage) AS stage,
        CASE
            WHEN lower(coalesce(status, stage)) LIKE '%won%' THEN 'won'
            WHEN lower(coalesce(status, stage)) LIKE '%lost%' THEN 'lost'
            ELSE 'open'
        END AS outcome,
        event_time(opened) AS opened,
        event_time(closed) AS closed,
        title,
        trim(account) AS account,
        coalesce(reference('contact', contact_id), 'contact:mail:' || trim(contact_email)) AS contact,
        trim(amount) AS amount,
        CASE WHEN amount IS NOT NULL THEN upper(trim(coalesce(currency, getvariable('currency')))) END AS currency,
        trim(owner) AS owner,
        trim(product) AS product,
        trim(expected_close) AS expected_close,
        lower(trim(lost_reason)) AS category,
        lost_reason,
        try_cast(probability AS DECIMAL(5, 4)) AS probability,
        try_cast(stage_order AS BIGINT) AS stage_order
    FROM input
),

stage AS (
    SELECT
        pipeline,
        stage,
        CASE WHEN lower(stage) LIKE '%won%' THEN 'won' WHEN lower(stage) LIKE '%lost%' THEN 'lost' ELSE 'open' END
            AS kind,
        max(probability) AS probability,
        min(stage_order) AS stage_order
    FROM deal
    WHERE stage IS NOT NULL
    GROUP BY pipeline, stage
),

named AS (
    SELECT 'account' AS kind, 'crm.account.added.v1' AS type, account AS name FROM deal
    UNION
    SELECT 'product', 'crm.product.listed.v1', product FROM deal
    UNION
    SELECT 'agent', 'crm.agent.joined.v1', owner FROM deal
)

SELECT
    kind || ':' || name AS id,
    type,
    '1970-01-01' AS time,
    'unknown' AS time_precision,
    NULL::BIGINT AS sequence,
    reference(kind, name) AS subject,
    to_json({name: name}) AS data,
    kind || ' ' || name AS place
FROM named
WHERE name IS NOT NULL
UNION ALL
SELECT
    'pipeline:' || pipeline || ':' || stage,
    'crm.pipeline.stage_added.v1',
    '1970-01-01',
    'unknown',
    -- Said by the stage alone, so that a part of the file gives the same place: kind, then stage_order, then the name.
    CASE kind WHEN 'open' THEN 0 WHEN 'won' THEN 1 ELSE 2 END * 1000000000000000
    + coalesce(stage_order, 500000000000000 + ('0x' || rpad(left(hex(encode(stage)), 12), 12, '0'))::BIGINT),
    reference('pipeline', pipeline),
    to_json({
        stage: stage,
        kind: kind,
        probability: CASE kind WHEN 'won' THEN 1 WHEN 'lost' THEN 0 ELSE coalesce(probability, 0.5) END
    }),
    'stage ' || stage
FROM stage
UNION ALL
SELECT
    'deal:' || id || ':opened',
    'crm.deal.opened.v1',
    coalesce(opened, closed, '1970-01-01'),
    CASE WHEN opened IS NULL THEN 'unknown' END,
    1,
    reference('deal', id),
    to_json({
        title: title,
        pipeline: reference('pipeline', pipeline),
        stage: CASE WHEN outcome = 'open' THEN stage END,
        account: reference('account', account),
        contacts: [contact],
        amount: amount,
        currency: currency,
        owner: owner,
        product: reference('product', product),
        expected_close: expected_close
    }),
    'row ' || number
FROM deal
UNION ALL
SELECT
    'deal:' || id || ':' || outcome,
    'crm.deal.' || outcome || '.v1',
    coalesce(closed, opened, '1970-01-01'),
    CASE WHEN closed IS NULL THEN 'unknown' END,
    2,
    reference('deal', id),
    CASE
        WHEN outcome = 'won' OR lost_reason IS NULL THEN '{}'::JSON
        WHEN category IN (
            'price', 'competitor', 'no_budget', 'no_decision', 'no_need', 'timing', 'product_fit', 'relationship',
            'other'
        ) THEN to_json({reason: category})
        ELSE to_json({explanation: lost_reason})
    END,
    'row ' || number
FROM deal
WHERE outcome <> 'open'
