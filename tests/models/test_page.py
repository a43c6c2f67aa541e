"""docs/own-model.md adds a KPI to real data and has it for all of the past: every block of it is run, in order."""

import re
from pathlib import Path

import pytest

from infra.models.portable import FUNCTIONS
from tests.conftest import PROJECT
from tests.importing.test_story import typed
from tests.project.given import Program

PAGE = (PROJECT / "docs" / "own-model.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```([\w./]+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.mark.usefixtures("shared_data")
def test_the_page_works_as_it_stands(program: Program, folder: Path) -> None:
    ran = 0
    for name, block in _BLOCKS:
        if name != "console":
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(block, encoding="utf-8")
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, shown = parted(part)
            if command.startswith("export "):
                continue  # the test has both places
            told = bare(typed(command, PROJECT).replace(str(folder), "…"))
            assert told == bare(shown) or not shown, f"{command}\nprinted\n{told}\nand the page says\n{shown}"
            ran += 1
    assert ran == 12
    assert program.json("status")["tables"]["price_kept"] == 30


def parted(part: str) -> tuple[str, str]:
    """A command, which may go on over lines that begin with `> `, and what the page says it prints."""
    lines = part.splitlines()
    more = next((n for n, line in enumerate(lines[1:], start=1) if not line.startswith("> ")), len(lines))
    return "\n".join([lines[0], *(line[2:] for line in lines[1:more])]), "\n".join(lines[more:])


def bare(text: str) -> str:
    """Without the blanks at the ends of lines and the empty lines that tables have around them."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def test_the_page_names_the_functions_that_are_the_same_on_both_engines() -> None:
    quoted = "".join(line for line in PAGE.splitlines() if line.startswith("> `"))
    assert re.findall(r"`(\w+)`", quoted) == sorted(FUNCTIONS)
