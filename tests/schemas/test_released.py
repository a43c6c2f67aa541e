"""What was released stays taken: no schema may break it, and what stands there is not written over."""

import hashlib
import json
from copy import deepcopy
from pathlib import Path

import pytest

from infra.schemas.data import Schema
from infra.schemas.released import SchemaBroken, broken, current_schemas, release

RELEASED = Path(__file__).resolve().parents[2] / "docs" / "schemas" / "released"
DEAL = "crm.deal.opened.v1"
# A release is changed neither by hand nor by a tool. While a version is not out, `python -m infra.docs release` may
# add to it; then the new digest is put here, in the same commit.
DIGESTS = {"0.1.0": "e18314caa4ca28e05bf1b0e6b2de227742886a66e4a2f1eda7ccf50114ebeeba"}


@pytest.fixture
def now() -> dict[str, Schema]:
    return deepcopy(current_schemas())


@pytest.fixture
def folder(tmp_path: Path, now: dict[str, Schema]) -> Path:
    """A folder in which the schemas of now were released as version 1."""
    release(tmp_path, "1", now)
    return tmp_path


def digest(version: str) -> str:
    paths = sorted((RELEASED / version).glob("*.json"))
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in paths)).hexdigest()


def fields(schemas: dict[str, Schema], name: str = DEAL) -> Schema:
    found: Schema = schemas[name]["$defs"]["data"]["properties"]
    return found


def test_the_schemas_of_now_take_whatever_a_released_version_took(now: dict[str, Schema]) -> None:
    assert broken(RELEASED, now) == []


def test_a_release_stands_as_it_was_written() -> None:
    assert {path.name: digest(path.name) for path in RELEASED.iterdir()} == DIGESTS


def test_a_field_taken_away_is_found(folder: Path, now: dict[str, Schema]) -> None:
    del fields(now)["amount"]

    assert broken(folder, now) == [f"{DEAL} as of 1: data.amount is gone"]


def test_a_field_that_must_be_there_from_now_on_is_found(folder: Path, now: dict[str, Schema]) -> None:
    now[DEAL]["$defs"]["data"]["required"].append("amount")

    assert broken(folder, now) == [f"{DEAL} as of 1: data.amount is required now"]


def test_a_narrower_attribute_of_all_events_is_found_for_each(folder: Path, now: dict[str, Schema]) -> None:
    for schema in now.values():
        schema["properties"]["id"]["maxLength"] = 36

    assert broken(folder, now) == [f"{name} as of 1: id: maxLength is 36, and was 512" for name in sorted(now)]


def test_a_field_that_is_personal_no_more_is_found(folder: Path, now: dict[str, Schema]) -> None:
    del fields(now, "crm.contact.added.v1")["email"]["x-personal"]

    assert broken(folder, now) == ["crm.contact.added.v1 as of 1: data.email: x-personal is another"]


def test_a_type_that_is_no_more_is_found(tmp_path: Path, now: dict[str, Schema]) -> None:
    release(tmp_path, "1", {**now, "crm.deal.forgotten.v1": now[DEAL]})

    assert broken(tmp_path, now) == ["crm.deal.forgotten.v1 as of 1: the type is gone"]


def test_one_more_optional_field_and_one_more_type_break_nothing(folder: Path, now: dict[str, Schema]) -> None:
    fields(now)["fresh"] = {"type": "string"}
    now["crm.deal.sold_again.v1"] = now[DEAL]

    assert broken(folder, now) == []


def test_every_version_is_looked_at(folder: Path, now: dict[str, Schema]) -> None:
    fields(now)["fresh"] = {"type": "string"}
    release(folder, "2", now)
    del fields(now)["fresh"]

    assert broken(folder, now) == [f"{DEAL} as of 2: data.fresh is gone"]


def test_a_release_that_breaks_an_earlier_one_is_not_written(folder: Path, now: dict[str, Schema]) -> None:
    del fields(now)["amount"]

    with pytest.raises(SchemaBroken, match=r"data\.amount is gone"):
        release(folder, "2", now)

    assert [path.name for path in folder.iterdir()] == ["1"]


def test_the_draft_of_a_version_may_only_grow(folder: Path, now: dict[str, Schema]) -> None:
    fields(now)["fresh"] = {"type": "string"}
    release(folder, "1", now)
    written = json.loads((folder / "1" / f"{DEAL}.json").read_text())
    del fields(now)["fresh"]

    assert "fresh" in written["$defs"]["data"]["properties"]
    with pytest.raises(SchemaBroken, match=r"as of 1: data\.fresh is gone"):
        release(folder, "1", now)
