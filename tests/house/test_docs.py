"""The reference pages say what the code says."""

from pathlib import Path

import pytest

from infra.docs.pages import pages
from infra.docs.tables import described_columns

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize("name", ["events.md", "tables.md", "settings.md", "cli.md", "asyncapi.json"])
def test_a_generated_page_is_up_to_date(written: dict[str, str], name: str) -> None:
    assert (DOCS / name).read_text() == written[name], "run `make docs` and commit what it writes"


def test_the_schemas_are_up_to_date_and_no_others_are_there(written: dict[str, str]) -> None:
    there = {f"schemas/{path.name}": path.read_text(encoding="utf-8") for path in (DOCS / "schemas").glob("*.json")}
    expected = {name: text for name, text in written.items() if name.startswith("schemas/")}

    assert there.keys() == expected.keys(), "run `make docs`, and commit what it writes or remove what is no type"
    for name, text in there.items():
        assert text == expected[name], f"{name} is not what the models say; run `make docs` and commit what it writes"


def test_every_column_of_every_table_is_described_and_no_other() -> None:
    for table, (columns, described) in described_columns().items():
        assert list(columns) == list(described), f"{table}: the header's columns are not the SELECT's, in its order"
