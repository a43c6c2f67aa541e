"""What docs/imports.md shows works as it says."""

import re
from pathlib import Path

from infra.importing.maps import parse_map, ready_maps
from infra.importing.rows import _OPTIONAL, _REQUIRED
from infra.importing.tables import _ENDINGS
from tests.conftest import PROJECT
from tests.importing.given import imported, written

PAGE = (PROJECT / "docs" / "imports.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


def test_the_example_gives_three_events(tmp_path: Path) -> None:
    done = imported([written(tmp_path / "steps.csv", block("csv"))], parse_map("steps.sql", block("sql")))
    assert (done.summary.taken, done.equal) == (3, 1)
    assert [event["type"].split(".")[2] for event in done.events] == ["step_recorded", "step_recorded", "resolved"]
    assert done.events[0]["time"] == "2024-05-31T07:30:00.000000Z"
    assert done.places[2] == "steps.csv row 3"


def test_every_column_ending_and_ready_map_is_told() -> None:
    table = re.findall(r"^\| `(\w+)` \| (yes)?", PAGE.partition("\n## Mailboxes\n")[0], re.MULTILINE)
    assert {name for name, needed in table if needed} == set(_REQUIRED)
    assert {name for name, needed in table if not needed} == set(_OPTIONAL)
    assert all(f"`{ending}`" in PAGE for ending in _ENDINGS if ending != ".parquet")
    assert all(f"--map {ready.name}" in PAGE for ready in ready_maps())
