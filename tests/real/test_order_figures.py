"""Orders of ../shared/data (northwind, online_retail) give the figures its README states, by SQL on the read models."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from tests.real.conftest import Install
from tests.real.given import ask, take


def test_northwind_gives_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, [shared_data / "northwind" / "northwind.sqlite"], "northwind", "northwind")

    counts = "SELECT (SELECT count(*) FROM customer_order), (SELECT count(*) FROM order_line)"
    assert ask(rapport, counts) == [(830, 2_155)]
    sums = "SELECT sum(amount), sum(quantity * unit_price) FROM order_line"
    [(net, gross)] = ask(rapport, sums)
    assert (round(net, 2), round(gross, 2)) == (Decimal("1265793.04"), Decimal("1354458.59"))
    assert ask(rapport, "SELECT sum(amount) FROM customer_order") == [(net,)]
    top = """
        SELECT a.reference, sum(o.amount) AS revenue
        FROM customer_order AS o INNER JOIN account AS a ON o.tenant = a.tenant AND o.account_id = a.account_id
        GROUP BY a.reference ORDER BY revenue DESC LIMIT 1
    """
    [(customer, revenue)] = ask(rapport, top)
    assert customer == "account:northwind:QUICK"
    assert revenue.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("110277.31")
    assert ask(rapport, "SELECT count(*) FROM customer_order WHERE is_shipped") == [(809,)]


def test_online_retail_gives_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, [shared_data / "online_retail" / "france.csv"], "online_retail", "retail")

    counts = "SELECT count(*), count(DISTINCT contact_id), sum(amount) FROM customer_order"
    assert ask(rapport, counts) == [(461, 87, Decimal("197403.90"))]
    assert ask(rapport, "SELECT count(*), sum(amount) FROM order_line") == [(8_557, Decimal("197403.90"))]
