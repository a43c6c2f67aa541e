"""Real files that nobody here wrote: every row becomes what it is, in whatever order the rows stand."""

import csv
import gzip
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from tests.importing.given import MAPS, Imported, imported


def maven(folder: Path) -> Imported:
    return imported(sorted(folder.glob("*.csv")), str(MAPS / "maven_crm.sql"), source="maven")


def rewritten(files: list[Path], folder: Path, *, part: slice = slice(None), seed: int | None = None) -> list[Path]:
    """Copies of CSV files with their rows shuffled, or with a part of the rows of the largest."""
    folder.mkdir()
    largest = max(files, key=lambda path: path.stat().st_size)
    for path in files:
        text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        header, *rows = list(csv.reader(text.decode().splitlines()))
        if path == largest:
            rows = rows[part]
        if seed is not None:
            random.Random(seed).shuffle(rows)
        with (folder / path.name.removesuffix(".gz")).open("w", newline="") as out:
            csv.writer(out).writerows([header, *rows])
    return sorted(folder.iterdir())


def test_maven_every_deal_is_what_the_file_says(shared_data: Path) -> None:
    done = maven(shared_data / "maven_crm")
    assert not done.summary.reasons
    assert Counter(event["type"].removeprefix("crm.") for event in done.events) == {
        "account.added.v1": 85,
        "product.listed.v1": 7,
        "agent.joined.v1": 35,
        "pipeline.defined.v1": 1,
        "deal.opened.v1": 8800,
        "deal.won.v1": 4238,
        "deal.value_changed.v1": 2473,
        "deal.lost.v1": 2473,
    }
    assert sum(Decimal(e["data"]["amount"]) for e in done.events if e["type"] == "crm.deal.won.v1") == 10_005_534
    opened = [event for event in done.events if event["type"] == "crm.deal.opened.v1"]
    products = {event["subject"] for event in done.events if event["type"] == "crm.product.listed.v1"}
    assert {event["data"]["product"] for event in opened} == products
    assert sum("account" not in event["data"] for event in opened) == 1425
    assert Counter(event.get("timeprecision") for event in opened) == {None: 8300, "unknown": 500}


def test_helpdesk_one_row_is_one_event(shared_data: Path) -> None:
    file = shared_data / "helpdesk_log" / "helpdesk.csv.gz"
    done = imported([file], str(MAPS / "helpdesk_log.sql"), source="helpdesk")
    assert not done.summary.reasons
    assert done.summary.taken == 21_348
    assert len({event["subject"] for event in done.events}) == 4_580
    assert len({event["data"]["label"] for event in done.events}) == 14
    assert len({event["data"]["owner"] for event in done.events}) == 22


def test_helpdesk_without_ids_no_equal_row_is_lost(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "helpdesk_log" / "helpdesk.csv.gz"
    text = (MAPS / "helpdesk_log.sql").read_text()
    without_ids = tmp_path / "without_ids.sql"
    without_ids.write_text(text.replace("\"case\" || ':' || seq AS id,", ""))
    done = imported([file], str(without_ids), source="helpdesk")
    assert done.summary.taken == 21_348
    assert done.equal > 0
    shuffled = imported(rewritten([file], tmp_path / "shuffled", seed=5), str(without_ids), source="helpdesk")
    assert shuffled.said == done.said


def test_volvo_one_row_is_one_event(shared_data: Path) -> None:
    file = shared_data / "bpi2013_volvo" / "bpic2013_closed_problems.csv.gz"
    done = imported([file], str(MAPS / "bpi2013_volvo.sql"), source="volvo")
    assert not done.summary.reasons
    assert done.summary.taken == 6_660
    assert len({event["subject"] for event in done.events}) == 1_487


@pytest.mark.parametrize(("name", "source"), [("maven_crm", "maven"), ("helpdesk_log", "helpdesk")])
def test_shuffled_rows_and_halves_are_the_same_import(
    shared_data: Path, tmp_path: Path, name: str, source: str
) -> None:
    folder = shared_data / name
    files = sorted(folder.glob("*.csv")) if name == "maven_crm" else [folder / "helpdesk.csv.gz"]
    chosen = str(MAPS / f"{name}.sql")
    whole = imported(files, chosen, source=source).said
    assert imported(rewritten(files, tmp_path / "shuffled", seed=1), chosen, source=source).said == whole
    half = len(whole) // 4
    one = imported(rewritten(files, tmp_path / "one", part=slice(half)), chosen, source=source).said
    other = imported(rewritten(files, tmp_path / "other", part=slice(half, None)), chosen, source=source).said
    assert one | other == whole
    assert one != whole != other
