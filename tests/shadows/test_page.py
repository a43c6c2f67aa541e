"""docs/what-if.md asks what would be, of deals and of a real ticket log: every block of it is run, in order."""

import re
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.importing.test_story import typed
from tests.models.test_page import bare, parted
from tests.project.given import Program

PAGE = (PROJECT / "docs" / "what-if.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```([\w./]+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("shared_data")
def test_the_page_works_as_it_stands(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "page"
    folder.mkdir()
    monkeypatch.setenv("FOLDER", str(folder))
    ran = 0
    for name, block in _BLOCKS:
        if name != "console":
            (folder / name).write_text(block, encoding="utf-8")
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, shown = parted(part)
            if command.startswith("export "):
                continue  # the test has both places
            told = bare(typed(command, PROJECT).replace(str(folder), "…"))
            assert told == bare(shown) or not shown, f"{command}\nprinted\n{told}\nand the page says\n{shown}"
            ran += 1
    assert ran == 23
    assert [one["name"] for one in program.json("status")["shadows"]] == ["likelier"]
