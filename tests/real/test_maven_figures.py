"""The B2B pipeline of ../shared/data/maven_crm gives the figures its README states, by SQL on the read models."""

from decimal import Decimal
from pathlib import Path

from infra.bootstrap import Rapport
from tests.real.conftest import Install
from tests.real.given import Among, ask, take


def test_the_pipeline_gives_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, sorted((shared_data / "maven_crm").glob("*.csv")), "maven_crm", "maven")
    has_every_figure(rapport)
    assert ask(rapport, "SELECT count(*) FROM contradiction") == [(0,)]


def has_every_figure(asked: Rapport | Among) -> None:
    _has_every_deal(asked)
    _has_the_means(asked)
    _has_the_leaders(asked)
    _has_the_quarters(asked)
    _survives_the_traps(asked)


def _has_every_deal(asked: Rapport | Among) -> None:
    counted = ask(asked, "SELECT stage, status, count(*) FROM deal GROUP BY stage, status ORDER BY stage")
    assert counted == [
        ("Engaging", "open", 1589),
        ("Lost", "lost", 2473),
        ("Prospecting", "open", 500),
        ("Won", "won", 4238),
    ]
    rows = "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM product), (SELECT count(*) FROM agent)"
    assert ask(asked, rows) == [(85, 7, 35)]


def _has_the_means(asked: Rapport | Among) -> None:
    won = "SELECT sum(amount), percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM deal WHERE status = 'won'"
    [(revenue, median)] = ask(asked, won)
    assert revenue == 10_005_534
    assert round(revenue / 4238, 2) == Decimal("2360.91")
    assert median == 1117
    cycles = """
        SELECT
            sum(cycle_seconds) FILTER (WHERE status = 'won'), count(*) FILTER (WHERE status = 'won'),
            sum(cycle_seconds) FILTER (WHERE status = 'lost'), count(*) FILTER (WHERE status = 'lost')
        FROM deal WHERE status <> 'open'
    """
    [(won_seconds, won_count, lost_seconds, lost_count)] = ask(asked, cycles)
    assert round(won_seconds / won_count / 86400, 2) == Decimal("51.78")
    assert round(lost_seconds / lost_count / 86400, 2) == Decimal("41.48")
    assert round((won_seconds + lost_seconds) / (won_count + lost_count) / 86400, 2) == Decimal("47.99")
    assert round(100 * won_count / (won_count + lost_count), 2) == 63.15


def _has_the_leaders(asked: Rapport | Among) -> None:
    rates = """
        SELECT owner, CAST(sum(deals_won) AS double precision) / sum(deals_won + deals_lost) AS rate
        FROM kpi_sales_daily GROUP BY owner ORDER BY rate DESC LIMIT 3
    """
    assert [(owner, round(100 * rate, 2)) for owner, rate in ask(asked, rates)] == [
        ("Hayden Neloms", 70.39),
        ("Maureen Marcano", 69.95),
        ("Wilburn Farren", 69.62),
    ]
    revenue = "SELECT owner, sum(won_amount) FROM kpi_sales_daily GROUP BY owner ORDER BY 2 DESC LIMIT 3"
    assert ask(asked, revenue) == [
        ("Darcel Schlecht", 1_153_214),
        ("Vicki Laflamme", 478_396),
        ("Kary Hendrixson", 454_298),
    ]
    offices = """
        SELECT office, sum(amount) FROM deal INNER JOIN agent ON deal.tenant = agent.tenant AND owner = name
        WHERE status = 'won' GROUP BY office ORDER BY office
    """
    assert ask(asked, offices) == [("Central", 3_346_293), ("East", 3_090_594), ("West", 3_568_647)]


def _has_the_quarters(asked: Rapport | Among) -> None:
    quarters = """
        SELECT extract(QUARTER FROM day) AS quarter, sum(won_amount) FROM kpi_sales_daily
        WHERE extract(YEAR FROM day) = 2017 GROUP BY 1 ORDER BY 1
    """
    assert [amount for _, amount in ask(asked, quarters)] == [1_134_672, 3_086_111, 2_982_255, 2_802_496]


def _survives_the_traps(asked: Rapport | Among) -> None:
    # 1,425 open deals have no account.
    orphans = "SELECT stage, count(*) FROM deal WHERE account_id IS NULL GROUP BY stage ORDER BY stage"
    assert ask(asked, orphans) == [("Engaging", 1088), ("Prospecting", 337)]
    # The misspelt product is the one of the catalogue.
    assert ask(asked, "SELECT count(*) FROM deal WHERE product = 'GTX Pro'") == [(1480,)]
    assert ask(asked, "SELECT count(*) FROM deal LEFT JOIN product USING (product_id) WHERE name IS NULL") == [(0,)]
    # Deals without an engage date are known and open, and no day opened them.
    assert ask(asked, "SELECT count(*), count(opened_at) FROM deal") == [(8800, 8300)]
    assert ask(asked, "SELECT sum(deals_opened) FROM kpi_sales_daily") == [(8300,)]
    # Lost deals are worth nothing, and everything is in dollars.
    assert ask(asked, "SELECT sum(amount) FROM deal WHERE status = 'lost'") == [(0,)]
    assert ask(asked, "SELECT DISTINCT currency FROM deal WHERE amount IS NOT NULL") == [("USD",)]
