"""docs/story.md leads from a mailbox, a calendar and a card to a person's story: every block of it is run, in order."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import embedded, postgres_program, program
from tests.conftest import PROJECT
from tests.project.given import Program

__all__ = ["embedded", "postgres_program", "program"]

PAGE = (PROJECT / "docs" / "story.md").read_text(encoding="utf-8")
_BLOCKS = re.findall(r"^```([\w.]+)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
_A_PLACE = "export RAPPORT_HOME=$(mktemp -d)"  # the test has one


def test_the_page_works_as_it_stands(program: Program) -> None:
    folder = program.home / "newcomer"
    folder.mkdir()
    printed = ""
    for name, block in _BLOCKS:
        if name != "console":
            (folder / name).write_text(block, encoding="utf-8")
            continue
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, shown = part.partition("\n")
            if command == _A_PLACE:
                continue
            told = typed(command, folder)
            assert told == shown or not shown, f"{command}\nprinted\n{told}\nand the page says\n{shown}"
            printed += f"$ {command}\n{told}"
    assert (folder / "people.vcf").exists()
    page = printed.partition("$ rapport contact ")[2]
    for words in (
        "Ann Lake, Owner",
        "+49 30 901820",
        "email received · Two boats for the summer",
        "meeting scheduled · Show the boats",
        "  held  ",
        "  completed  ",
        "SUMMARY:Show the boats",
        "TITLE:Owner",
    ):
        assert words in page, f"{words}\nis not in\n{page}"


def typed(command: str, folder: Path) -> str:
    """What a command prints in a shell, in this folder."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout
