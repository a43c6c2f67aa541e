-- table: crm.account
-- about: one row per account that has events of its own, as known now
-- key: tenant, account_id
-- grain: tenant, account_id
-- reads: fact_account(tenant, thing_id)
-- index: tenant, name
-- index: tenant, parent_id
-- column tenant: whose it is
-- column account_id: the account
-- column reference: the account's outside key; empty if it is personal
-- column name: the organisation's name
-- column industry: the line of business
-- column employees: how many people work there
-- column revenue: yearly revenue, in the source's own unit
-- column country: where its head office is
-- column founded: year of foundation
-- column website: its web address
-- column parent_id: the account it belongs to
-- column owner: the agent responsible, by name as the source gives it
-- column added_at: when it was first added (UTC); empty if never, or if the time is not known
WITH fact AS (
    SELECT
        *,
        row_number() OVER w AS n,
        count(name) OVER w AS name_no,
        count(industry) OVER w AS industry_no,
        count(employees) OVER w AS employees_no,
        count(revenue) OVER w AS revenue_no,
        count(country) OVER w AS country_no,
        count(founded) OVER w AS founded_no,
        count(website) OVER w AS website_no,
        count(owner) OVER w AS owner_no,
        -- Set without a parent, an account belongs to none any more.
        count(*) FILTER (WHERE action = 'parent_set' OR parent_id IS NOT NULL) OVER w AS parent_no
    FROM fact_account
    WINDOW w AS (PARTITION BY tenant, thing_id ORDER BY occurred_at, sequence NULLS LAST, event_id)
),

added AS (
    SELECT DISTINCT ON (tenant, thing_id)
        tenant,
        thing_id,
        CASE WHEN time_precision <> 'unknown' THEN occurred_at END AS known_at
    FROM fact
    WHERE action = 'added'
    ORDER BY tenant, thing_id, n
),

account AS (
    SELECT
        tenant,
        thing_id,
        n,
        max(subject) FILTER (WHERE subject NOT LIKE 'account:id:%') OVER (PARTITION BY tenant, thing_id) AS reference,
        first_value(name) OVER (PARTITION BY tenant, thing_id, name_no ORDER BY n) AS name,
        first_value(industry) OVER (PARTITION BY tenant, thing_id, industry_no ORDER BY n) AS industry,
        first_value(employees) OVER (PARTITION BY tenant, thing_id, employees_no ORDER BY n) AS employees,
        first_value(revenue) OVER (PARTITION BY tenant, thing_id, revenue_no ORDER BY n) AS revenue,
        first_value(country) OVER (PARTITION BY tenant, thing_id, country_no ORDER BY n) AS country,
        first_value(founded) OVER (PARTITION BY tenant, thing_id, founded_no ORDER BY n) AS founded,
        first_value(website) OVER (PARTITION BY tenant, thing_id, website_no ORDER BY n) AS website,
        first_value(parent_id) OVER (PARTITION BY tenant, thing_id, parent_no ORDER BY n) AS parent_id,
        first_value(owner) OVER (PARTITION BY tenant, thing_id, owner_no ORDER BY n) AS owner
    FROM fact
)

SELECT DISTINCT ON (c.tenant, c.thing_id)
    c.tenant,
    c.thing_id AS account_id,
    c.reference,
    c.name,
    c.industry,
    c.employees,
    c.revenue,
    c.country,
    c.founded,
    c.website,
    c.parent_id,
    c.owner,
    a.known_at AS added_at
FROM account AS c
LEFT JOIN added AS a ON c.tenant = a.tenant AND c.thing_id = a.thing_id
ORDER BY c.tenant, c.thing_id, c.n DESC
