"""The reference pages say what the code says."""

from pathlib import Path

import pytest

from infra.docs.pages import pages
from infra.docs.tables import described_columns

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


@pytest.mark.parametrize("name", ["events.md", "tables.md", "settings.md", "cli.md"])
def test_a_generated_page_is_up_to_date(written: dict[str, str], name: str) -> None:
    assert (DOCS / name).read_text() == written[name], "run `make docs` and commit what it writes"


def test_every_column_of_every_table_is_described_and_no_other() -> None:
    for table, (columns, described) in described_columns().items():
        assert list(columns) == list(described), f"{table}: the header's columns are not the SELECT's, in its order"
