"""Orders of ../shared/data (northwind, online_retail) give the figures its README states, by SQL on the read models."""

from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from infra.bootstrap import Rapport
from tests.real.conftest import ON_FILES, Install
from tests.real.given import Among, ask, take

_LINES = "order_line AS l INNER JOIN customer_order AS o ON l.tenant = o.tenant AND l.order_id = o.order_id"


@ON_FILES
def test_northwind_gives_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, [shared_data / "northwind" / "northwind.sqlite"], "northwind", "northwind")
    northwind_has_every_figure(rapport)


def northwind_has_every_figure(asked: Rapport | Among) -> None:
    assert ask(asked, "SELECT count(*) FROM customer_order") == [(830,)]
    [(lines, net, gross)] = ask(asked, f"SELECT count(*), sum(l.amount), sum(l.quantity * l.unit_price) FROM {_LINES}")
    assert lines == 2_155
    assert (round(net, 2), round(gross, 2)) == (Decimal("1265793.04"), Decimal("1354458.59"))
    assert ask(asked, "SELECT sum(amount) FROM customer_order") == [(net,)]
    top = """
        SELECT a.reference, sum(o.amount) AS revenue
        FROM customer_order AS o INNER JOIN account AS a ON o.tenant = a.tenant AND o.account_id = a.account_id
        GROUP BY a.reference ORDER BY revenue DESC LIMIT 1
    """
    [(customer, revenue)] = ask(asked, top)
    assert customer == "account:northwind:QUICK"
    assert revenue.quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("110277.31")
    assert ask(asked, "SELECT count(*) FROM customer_order WHERE is_shipped") == [(809,)]


@ON_FILES
def test_online_retail_gives_every_figure(shared_data: Path, install: Install) -> None:
    rapport = install()
    take(rapport, [shared_data / "online_retail" / "france.csv"], "online_retail", "retail")
    online_retail_has_every_figure(rapport)


def online_retail_has_every_figure(asked: Rapport | Among) -> None:
    counts = "SELECT count(*), count(DISTINCT contact_id), sum(amount) FROM customer_order"
    assert ask(asked, counts) == [(461, 87, Decimal("197403.90"))]
    assert ask(asked, f"SELECT count(*), sum(l.amount) FROM {_LINES}") == [(8_557, Decimal("197403.90"))]
