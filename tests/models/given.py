"""A model of a user's own, good as it stands, for tests to spoil."""

from pathlib import Path

MODEL = """\
-- table: crm.deals_closed
-- about: how many deals each agent won and lost, as known now
-- key: tenant, owner
-- grain: tenant, owner
-- reads: deal(tenant, owner)
-- looks up: product(tenant, product_id) through deal(tenant, product_id -> tenant, owner)
-- index: tenant, won
-- column tenant: whose it is
-- column owner: the agent
-- column won: deals won
-- column lost: deals lost
-- column listed: how many of them are of a product with a list price
SELECT
    d.tenant,
    d.owner,
    count(*) FILTER (WHERE d.status = 'won') AS won,
    count(*) FILTER (WHERE d.status = 'lost') AS lost,
    count(p.price) AS listed
FROM deal AS d
LEFT JOIN product AS p ON d.tenant = p.tenant AND d.product_id = p.product_id
WHERE d.status <> 'open' AND d.owner IS NOT NULL
GROUP BY d.tenant, d.owner
"""
CHECKS = """\
-- Whoever stands here closed a deal.
SELECT tenant, owner FROM deals_closed
WHERE won + lost = 0;

-- Every closed deal is counted.
SELECT tenant, count(*) AS deals FROM deal
WHERE status <> 'open' AND owner IS NOT NULL
GROUP BY tenant
EXCEPT
SELECT tenant, CAST(sum(won + lost) AS bigint) AS deals FROM deals_closed
GROUP BY tenant;
"""


def write_model(folder: Path, name: str, model: str, checks: str | None) -> Path:
    """A model's folder in `folder`, with these two files, or with one."""
    made = folder / name
    made.mkdir(exist_ok=True)
    (made / "model.sql").write_text(model, encoding="utf-8")
    if checks is not None:
        (made / "checks.sql").write_text(checks, encoding="utf-8")
    return made
