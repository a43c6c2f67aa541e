-- table: crm.deal
-- about: one row per deal, as known now
-- key: tenant, deal_id
-- grain: tenant, deal_id
-- reads: deal_history(tenant, deal_id)
-- looks up: agent_team(tenant, name) through deal_history(tenant, owner -> tenant, deal_id)
-- looks up: product(tenant, product_id) through deal_history(tenant, product_id -> tenant, deal_id)
-- looks up: contact_identity(tenant, contact_id) through deal_history(tenant, contact_id -> tenant, deal_id)
-- index: tenant, status
-- index: tenant, owner
-- index: tenant, contact_id
-- index: tenant, account_id
-- index: tenant, pipeline, stage
-- column tenant: whose it is
-- column deal_id: the deal
-- column reference: the deal's outside key
-- column title: what it is called
-- column account_id: the account that would buy
-- column contact_id: the main contact, the person behind linked contacts
-- column pipeline_id: the pipeline
-- column pipeline: the pipeline's name
-- column stage_key: the stage's permanent key
-- column stage: the stage's name
-- column stage_kind: what the stage means: open, won or lost
-- column status: open, won or lost
-- column amount: what it is worth, in currency
-- column currency: ISO 4217 code of the amount
-- column probability: chance of being won that the stage gives, 0 to 1
-- column weighted_amount: amount × probability
-- column owner: the agent responsible, by name as the source gives it
-- column team: the owner's team now
-- column product_id: what is to be sold
-- column product: the product's name; empty if it is not listed
-- column expected_close: the day the sale is expected
-- column opened_at: when it was opened (UTC); empty if the time is not known
-- column closed_at: when it was won or lost (UTC), while it is; empty if the time is not known
-- column cycle_seconds: from opened to closed, in seconds; empty unless both times are known, and in that order
-- column lost_reason: why it was lost, as a category
-- column events: how many events it has
-- column last_event_at: when its last event happened (UTC)
WITH last_row AS (
    SELECT DISTINCT ON (tenant, deal_id) * FROM deal_history
    ORDER BY tenant, deal_id, n DESC
),

timed AS (
    SELECT
        l.*,
        CASE WHEN o.time_precision <> 'unknown' THEN o.occurred_at END AS opened_at,
        CASE WHEN c.time_precision <> 'unknown' THEN c.occurred_at END AS closed_at
    FROM last_row AS l
    LEFT JOIN deal_history AS o ON l.tenant = o.tenant AND l.deal_id = o.deal_id AND l.opening_n = o.n
    LEFT JOIN deal_history AS c ON l.tenant = c.tenant AND l.deal_id = c.deal_id AND l.closing_n = c.n
)

SELECT
    t.tenant,
    t.deal_id,
    t.reference,
    t.title,
    t.account_id,
    coalesce(i.person_id, t.contact_id) AS contact_id,
    t.pipeline_id,
    t.pipeline,
    t.stage_key,
    t.stage,
    t.stage_kind,
    t.status,
    t.amount,
    t.currency,
    t.probability,
    CAST(t.amount * t.probability AS decimal(21, 6)) AS weighted_amount,
    t.owner,
    a.team,
    t.product_id,
    p.name AS product,
    t.expected_close,
    t.opened_at,
    t.closed_at,
    CASE
        WHEN t.opening_n <= t.closing_n THEN CAST(extract(EPOCH FROM t.closed_at - t.opened_at) AS decimal(18, 6))
    END AS cycle_seconds,
    t.lost_reason,
    t.n AS events,
    t.occurred_at AS last_event_at
FROM timed AS t
LEFT JOIN contact_identity AS i ON t.tenant = i.tenant AND t.contact_id = i.contact_id
LEFT JOIN agent_team AS a ON t.tenant = a.tenant AND t.owner = a.name AND a.valid_to IS NULL
LEFT JOIN product AS p ON t.tenant = p.tenant AND t.product_id = p.product_id
