"""Models of the user's own and shadows: they are computed from what is changed, and can be changed themselves."""

from pathlib import Path

import pytest

from tests.models.given import CHECKS, MODEL, write_model
from tests.project.given import Program
from tests.shadows.conftest import Changed
from tests.shadows.given import built, by_table

ALL = "SELECT owner, won, lost FROM deals_closed ORDER BY owner"
KIM, LEE = {"owner": "Kim", "won": 2, "lost": 0}, {"owner": "Lee", "won": 1, "lost": 1}


def test_a_model_of_ones_own_reads_what_is_changed_and_can_be_changed(
    filled: Program, changed: Changed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    write_model(
        own,
        "deals_closed",
        MODEL,
        f"{CHECKS}\n-- Kim won.\nSELECT 1 AS one FROM deals_closed WHERE owner <> 'Kim' AND won > 1;\n",
    )
    monkeypatch.setenv("RAPPORT_MODELS", str(own))
    assert filled("rebuild", "deals_closed").exit_code == 0

    # its checks say what is: what would be need not keep to them
    built(filled, changed(deal="    t.owner,\n → \n    'Lee' AS owner,\n".replace("→ \n", "→ ")), "lees")
    assert filled.sql(ALL, "--shadow", "lees") == [{"owner": "Lee", "won": 3, "lost": 1}]
    assert by_table(filled.json("diff", "tables", "lees"))["deals_closed"]["only_live"] == 1

    # nor is what is computed from it looked at, unless it is changed itself
    folder = tmp_path / "other"
    assert filled("model", "copy", "deals_closed", str(folder)).exit_code == 0
    file = folder / "deals_closed" / "model.sql"
    file.write_text(file.read_text().replace("d.status = 'lost'", "d.status <> 'won'"))
    (folder / "deals_closed" / "checks.sql").unlink()
    built(filled, folder, "mine")
    assert filled.json("diff", "tables", "mine")["tables"] == []
    assert filled.sql(ALL) == filled.sql(ALL, "--shadow", "mine") == [KIM, LEE]
