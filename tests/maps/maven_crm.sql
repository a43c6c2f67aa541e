-- The B2B sales pipeline of ../shared/data/maven_crm: accounts, products, agents, one pipeline, and 8,800 deals.
--
-- The source gives days without a zone, and amounts without a currency: US dollars. When accounts, products and agents
-- began it does not say; their stand-in lies before the first deal. Deals without an engage date are known and open,
-- with the day of the export as stand-in. A lost deal carries the value 0 from the day it was lost.
WITH
deal AS (
    SELECT
        rowid + 1 AS number,
        *,
        replace(product, 'GTXPro', 'GTX Pro') AS product_name
    FROM sales_pipeline
)

SELECT
    'account:' || account AS id,
    'crm.account.added.v1' AS type,
    '2016-10-01' AS time,
    'unknown' AS time_precision,
    NULL::BIGINT AS sequence,
    'account:maven:' || account AS subject,
    to_json({
        name: account,
        industry: replace(sector, 'technolgy', 'technology'),
        employees: employees,
        revenue: revenue,
        country: office_location,
        founded: year_established,
        parent: 'account:maven:' || subsidiary_of
    }) AS data,
    'accounts.csv row ' || (rowid + 1) AS place
FROM accounts
UNION ALL
SELECT
    'product:' || product,
    'crm.product.listed.v1',
    '2016-10-01',
    'unknown',
    NULL,
    'product:maven:' || product,
    to_json({name: product, family: series, price: sales_price, currency: 'USD'}),
    'products.csv row ' || (rowid + 1)
FROM products
UNION ALL
SELECT
    'agent:' || sales_agent,
    'crm.agent.joined.v1',
    '2016-10-01',
    'unknown',
    NULL,
    'agent:maven:' || sales_agent,
    to_json({name: sales_agent, team: manager, office: regional_office, manager: manager}),
    'sales_teams.csv row ' || (rowid + 1)
FROM sales_teams
UNION ALL
SELECT
    'pipeline:sales',
    'crm.pipeline.defined.v1',
    '2016-10-01',
    'unknown',
    NULL,
    'pipeline:maven:sales',
    to_json({
        name: 'Sales',
        stages: [
            {stage: 'Prospecting', kind: 'open', probability: 0.25},
            {stage: 'Engaging', kind: 'open', probability: 0.5},
            {stage: 'Won', kind: 'won', probability: 1},
            {stage: 'Lost', kind: 'lost', probability: 0}
        ]
    }),
    'the pipeline'
UNION ALL
SELECT
    opportunity_id || ':opened',
    'crm.deal.opened.v1',
    coalesce(engage_date, '2017-12-31'),
    CASE WHEN engage_date IS NULL THEN 'unknown' END,
    1,
    'deal:maven:' || opportunity_id,
    to_json({
        pipeline: 'pipeline:maven:sales',
        stage: CASE WHEN engage_date IS NULL THEN 'Prospecting' ELSE 'Engaging' END,
        account: 'account:maven:' || account,
        owner: sales_agent,
        product: 'product:maven:' || product_name
    }),
    'sales_pipeline.csv row ' || number
FROM deal
UNION ALL
SELECT
    opportunity_id || ':value',
    'crm.deal.value_changed.v1',
    close_date,
    NULL,
    2,
    'deal:maven:' || opportunity_id,
    to_json({amount: close_value, currency: 'USD'}),
    'sales_pipeline.csv row ' || number
FROM deal
WHERE deal_stage = 'Lost'
UNION ALL
SELECT
    opportunity_id || ':closed',
    'crm.deal.' || lower(deal_stage) || '.v1',
    close_date,
    NULL,
    3,
    'deal:maven:' || opportunity_id,
    CASE WHEN deal_stage = 'Won' THEN to_json({amount: close_value, currency: 'USD'}) ELSE '{}'::JSON END,
    'sales_pipeline.csv row ' || number
FROM deal
WHERE deal_stage IN ('Won', 'Lost')
