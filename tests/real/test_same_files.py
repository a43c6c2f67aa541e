"""The same files, in whatever order and in whatever parts, give the same tables; other tenants' never meet."""

from pathlib import Path

import pytest

from infra.bootstrap import Rapport
from tests.importing.given import MAPS, imported
from tests.real.conftest import Install
from tests.real.given import ask, everything, rewritten, take

FILES = {"maven_crm": ("*.csv", "maven"), "helpdesk_log": ("helpdesk.csv.gz", "helpdesk")}


@pytest.mark.parametrize("name", FILES)
def test_twice_shuffled_and_in_halves_they_give_the_same_tables(
    shared_data: Path, tmp_path: Path, install: Install, name: str
) -> None:
    pattern, source = FILES[name]
    files = sorted((shared_data / name).glob(pattern))
    plain = install()
    take(plain, files, name, source)
    expected = everything(plain)
    assert any(expected.values())

    take(plain, files, name, source)
    assert everything(plain) == expected, "the same files again"

    shuffled = install()
    take(shuffled, rewritten(files, tmp_path / "shuffled", seed=11), name, source)
    assert everything(shuffled) == expected, "rows in another order"

    halves = install()
    half = 5_000
    take(halves, rewritten(files, tmp_path / "late", part=slice(half, None)), name, source)
    take(halves, rewritten(files, tmp_path / "early", part=slice(0, half)), name, source)
    assert everything(halves) == expected, "the second half first"


def test_two_tenants_with_the_same_keys_never_meet(shared_data: Path, tmp_path: Path, install: Install) -> None:
    rapport = install()
    files = sorted((shared_data / "maven_crm").glob("*.csv"))
    take(rapport, files, "maven_crm", "maven")
    alone = _of_main(rapport)
    fewer = rewritten(files, tmp_path / "other", part=slice(0, 100))
    imported(fewer, str(MAPS / "maven_crm.sql"), source="maven", log=rapport.log, tenant="other")
    rapport.projecting().bring_up()
    assert _of_main(rapport) == alone
    assert ask(rapport, "SELECT count(*) FROM deal WHERE tenant = 'other'") == [(100,)]
    shared = "SELECT count(*) FROM deal AS a INNER JOIN deal AS b ON a.deal_id = b.deal_id AND a.tenant <> b.tenant"
    assert ask(rapport, shared) == [(0,)]


def _of_main(rapport: Rapport) -> list[tuple[object, ...]]:
    deals = (
        "SELECT deal_id, stage, status, amount, owner, team, product FROM deal WHERE tenant = 'main' ORDER BY deal_id"
    )
    days = "SELECT * FROM kpi_sales_daily WHERE tenant = 'main' ORDER BY day, owner, team, pipeline, currency"
    return [*ask(rapport, deals), *ask(rapport, days)]
