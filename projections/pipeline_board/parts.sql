-- What each event of a deal changed of where the deal stands now: as it came there or left, and as it was valued anew. Over
-- all events of the deal that is what it adds to the board.
WITH stood AS (
    SELECT
        b.tenant,
        b.deal_id,
        b.pipeline_id,
        b.stage_key,
        b.stage_kind,
        b.currency,
        h.event_id,
        h.n,
        coalesce(h.stage_key, '(none)') = b.stage_key
        AND coalesce(h.stage_kind, 'open') = b.stage_kind
        AND coalesce(h.currency, '(none)') = b.currency
        AND coalesce(h.pipeline_id, CAST('00000000-0000-0000-0000-000000000000' AS uuid)) = b.pipeline_id AS is_here,
        coalesce(h.amount, 0) AS amount,
        coalesce(CAST(h.amount * h.probability AS decimal(21, 6)), 0) AS weighted_amount
    FROM deal_on_board AS b
    INNER JOIN deal_history AS h ON b.tenant = h.tenant AND b.deal_id = h.deal_id
),

valued AS (
    SELECT
        tenant,
        deal_id,
        pipeline_id,
        stage_key,
        stage_kind,
        currency,
        event_id,
        n,
        CASE WHEN is_here THEN 1 ELSE 0 END AS deals,
        CASE WHEN is_here THEN amount ELSE 0 END AS amount,
        CASE WHEN is_here THEN weighted_amount ELSE 0 END AS weighted_amount
    FROM stood
)

SELECT
    tenant,
    pipeline_id,
    stage_key,
    stage_kind,
    currency,
    event_id,
    deals - coalesce(lag(deals) OVER w, 0) AS deals,
    amount - coalesce(lag(amount) OVER w, 0) AS amount,
    weighted_amount - coalesce(lag(weighted_amount) OVER w, 0) AS weighted_amount
FROM valued
-- Where a deal stands now is the same in all its rows: named here, the databases look at the deals asked for only.
WINDOW w AS (PARTITION BY tenant, pipeline_id, stage_key, stage_kind, currency, deal_id ORDER BY n)
