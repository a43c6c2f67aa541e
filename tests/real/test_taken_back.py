"""A real import with a wrong map is taken back, and the mended map gives what it gives by itself."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from consumers.ingest.run import Ingest, Summary
from domain.shared.errors import CommandRefused
from infra.bootstrap import Rapport
from infra.cli.intake import TakesAgain
from infra.importing.maps import parse_map
from infra.importing.rows import MapRows
from infra.importing.tables import Tables
from infra.log.voiding import Selected
from tests.importing.given import MAPS, digest
from tests.ingest.given import edge
from tests.real.conftest import Install
from tests.real.given import ask, everything

RIGHT = (MAPS / "helpdesk_log.sql").read_text()
WRONG = RIGHT.replace("'crm.ticket.closed.v1'", "'crm.ticket.resolved.v1'").replace("label:", "other:")
WRONG = WRONG.replace("owner:", "label:").replace("other:", "owner:")
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def take(rapport: Rapport, file: Path, text: str, importid: str, *, again: bool = False) -> Summary:
    """One run of `rapport import`."""
    with Tables("UTC") as tables:
        tables.load([file], {"source": "helpdesk"})
        rows = MapRows(tables, parse_map("helpdesk.sql", text), "helpdesk", digest)
        log = TakesAgain(rapport.log) if again else rapport.log
        return Ingest(edge(importid=importid), log, "import").run(rows.messages())


def shown(rapport: Rapport) -> dict[str, list[str]]:
    """The rows of every table but those that tell of the log itself."""
    rapport.projecting().bring_up()
    return {table: rows for table, rows in everything(rapport).items() if table not in {"crm.void", "crm.freshness"}}


def test_an_import_is_taken_back_and_the_mended_map_gives_the_right_figures(
    shared_data: Path, install: Install
) -> None:
    file = shared_data / "helpdesk_log" / "helpdesk.csv.gz"
    untouched = install()
    empty = shown(untouched)
    take(untouched, file, RIGHT, "right")
    expected = shown(untouched)

    # given an import with a wrong map, which the tables show
    mistaken = install()
    summary = take(mistaken, file, WRONG, "wrong")
    wrong = shown(mistaken)
    assert summary.taken == 21_348
    assert wrong["crm.ticket"] != expected["crm.ticket"]

    # when it is taken back, nothing of it is left
    done = mistaken.log.void("main", Selected("import", "wrong"), "the wrong map", "kim", NOW)
    assert len(done.events) == 21_348
    assert shown(mistaken) == empty

    # when that is undone, all of it stands again
    mistaken.log.undo_void("main", done.void, "a try", "kim", NOW)
    assert shown(mistaken) == wrong

    # when it is taken back and goes in again with the mended map, the figures are right
    done = mistaken.log.void("main", Selected("import", "wrong"), "the wrong map", "kim", NOW)
    assert take(mistaken, file, RIGHT, "right", again=True).taken == 21_348
    assert shown(mistaken) == expected
    assert ask(mistaken, "SELECT events, stands FROM void ORDER BY stands") == [(21_348, False), (21_348, True)]
    with pytest.raises(CommandRefused, match="taken in again"):
        mistaken.log.undo_void("main", done.void, "a try", "kim", NOW)
