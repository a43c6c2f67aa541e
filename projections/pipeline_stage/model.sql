-- table: crm.pipeline_stage
-- about: one row per stage of a pipeline, as defined now; stages that are gone stay, marked as retired
-- key: tenant, pipeline_id
-- grain: tenant, pipeline_id, stage_key
-- reads: fact_pipeline(tenant, thing_id)
-- reads: fact_pipeline_stage(tenant, thing_id)
-- column tenant: whose it is
-- column pipeline_id: the pipeline
-- column stage_key: the stage's permanent key, the name it was born with
-- column stage: the stage's name now
-- column kind: what being here means for a deal: open, won or lost
-- column probability: chance that a deal here is won, 0 to 1
-- column ordinal: the stage's place in the pipeline, from 1, retired stages last
-- column is_retired: whether deals no longer go there
-- column ordinal_of_kind: the stage's place among those of its kind, from 1
WITH happened AS (
    SELECT
        tenant,
        thing_id,
        event_id,
        action,
        stage,
        kind,
        probability,
        name,
        row_number() OVER (
            PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id
        ) AS n
    FROM fact_pipeline
),

turning AS (
    SELECT
        tenant,
        thing_id,
        coalesce(max(n) FILTER (WHERE action = 'defined'), 0) AS defined_n
    FROM happened
    GROUP BY tenant, thing_id
),

part AS (
    SELECT
        h.tenant,
        h.thing_id,
        h.action,
        h.n,
        p.ordinal,
        p.stage,
        p.kind,
        p.probability
    FROM happened AS h
    INNER JOIN fact_pipeline_stage AS p ON h.tenant = p.tenant AND h.event_id = p.event_id
),

stated AS (
    SELECT tenant, thing_id, n, ordinal, stage, kind, probability FROM part
    WHERE action = 'defined'
    UNION ALL
    SELECT tenant, thing_id, n, 0, stage, kind, probability FROM happened
    WHERE action = 'stage_added'
),

latest AS (
    SELECT DISTINCT ON (tenant, thing_id, stage)
        tenant,
        thing_id,
        stage,
        kind,
        probability,
        n
    FROM stated
    ORDER BY tenant, thing_id, stage, n DESC, ordinal DESC
),

retired AS (
    SELECT tenant, thing_id, stage, max(n) AS n FROM happened
    WHERE action = 'stage_retired'
    GROUP BY tenant, thing_id, stage
),

renamed AS (
    SELECT DISTINCT ON (tenant, thing_id, stage)
        tenant,
        thing_id,
        stage,
        name
    FROM happened
    WHERE action = 'stage_renamed'
    ORDER BY tenant, thing_id, stage, n DESC
),

-- Where a stage was first stated since the last definition: its place before any reordering.
born AS (
    SELECT DISTINCT ON (s.tenant, s.thing_id, s.stage)
        s.tenant,
        s.thing_id,
        s.stage,
        s.n,
        s.ordinal
    FROM stated AS s
    INNER JOIN turning AS t ON s.tenant = t.tenant AND s.thing_id = t.thing_id
    WHERE s.n >= t.defined_n
    ORDER BY s.tenant, s.thing_id, s.stage, s.n, s.ordinal
),

named AS (
    SELECT tenant, thing_id, n, stage, min(ordinal) AS ordinal FROM part
    WHERE action = 'stages_reordered'
    GROUP BY tenant, thing_id, n, stage
),

-- A reordering puts the stages it names first, and leaves the others in the order they had. So the last one decides,
-- then the one before it, and so on: their places, last reordering first, are one text to sort by.
reordered AS (
    SELECT
        l.tenant,
        l.thing_id,
        l.stage,
        string_agg(coalesce(lpad(CAST(p.ordinal AS text), 3, '0'), '999'), '' ORDER BY h.n DESC) AS places
    FROM latest AS l
    INNER JOIN turning AS t ON l.tenant = t.tenant AND l.thing_id = t.thing_id
    INNER JOIN happened AS h
        ON l.tenant = h.tenant AND l.thing_id = h.thing_id AND t.defined_n < h.n AND h.action = 'stages_reordered'
    LEFT JOIN born AS b ON l.tenant = b.tenant AND l.thing_id = b.thing_id AND l.stage = b.stage
    LEFT JOIN named AS p
        ON h.tenant = p.tenant AND h.thing_id = p.thing_id AND h.n = p.n AND l.stage = p.stage AND b.n < h.n
    GROUP BY l.tenant, l.thing_id, l.stage
),

placed AS (
    SELECT
        l.tenant,
        l.thing_id AS pipeline_id,
        l.stage AS stage_key,
        coalesce(r.name, l.stage) AS stage,
        l.kind,
        l.probability,
        coalesce(x.n > l.n, FALSE) OR l.n < t.defined_n AS is_retired,
        o.places,
        coalesce(b.n, l.n) AS born_n,
        coalesce(b.ordinal, 0) AS born_place
    FROM latest AS l
    INNER JOIN turning AS t ON l.tenant = t.tenant AND l.thing_id = t.thing_id
    LEFT JOIN retired AS x ON l.tenant = x.tenant AND l.thing_id = x.thing_id AND l.stage = x.stage
    LEFT JOIN renamed AS r ON l.tenant = r.tenant AND l.thing_id = r.thing_id AND l.stage = r.stage
    LEFT JOIN born AS b ON l.tenant = b.tenant AND l.thing_id = b.thing_id AND l.stage = b.stage
    LEFT JOIN reordered AS o ON l.tenant = o.tenant AND l.thing_id = o.thing_id AND l.stage = o.stage
)

SELECT
    tenant,
    pipeline_id,
    stage_key,
    stage,
    kind,
    probability,
    row_number() OVER (
        PARTITION BY tenant, pipeline_id
        ORDER BY is_retired, places COLLATE "C" NULLS LAST, born_n, born_place, stage_key COLLATE "C"
    ) AS ordinal,
    is_retired,
    row_number() OVER (
        PARTITION BY tenant, pipeline_id, kind
        ORDER BY is_retired, places COLLATE "C" NULLS LAST, born_n, born_place, stage_key COLLATE "C"
    ) AS ordinal_of_kind
FROM placed
