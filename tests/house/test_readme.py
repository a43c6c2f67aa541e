"""The README's commands work as they stand, in the order they stand, and its targets and files exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text()
_CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
_SET_HOME = "export RAPPORT_HOME=$(mktemp -d)"


def commands_of(section: str) -> list[str]:
    """The lines behind `$ ` in a section's console blocks."""
    text = README.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return [line[2:] for block in _CONSOLE.findall(text) for line in block.splitlines() if line.startswith("$ ")]


def run(commands: list[str], folder: Path, **environment: str) -> None:
    script = "\n".join(["set -eo pipefail", f"cd {PROJECT}", *commands])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
    done = subprocess.run(
        ["bash", "-c", script],
        env=clean | {"PATH": path, "TMPDIR": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def test_beginning_works_as_written(tmp_path: Path) -> None:
    commands = commands_of("Begin")
    assert commands[0] == _SET_HOME
    # The import's file is the reader's own.
    contacts = tmp_path / "contacts.csv"
    contacts.write_text("id,name,email\n1,Ada Berg,ada.berg@example.com\n")
    run([command.replace("contacts.csv", str(contacts)) for command in commands], tmp_path)


def test_the_real_data_come_in_as_written(shared_data: Path, tmp_path: Path) -> None:
    assert shared_data.is_dir()
    commands = commands_of("Real data, by hand")
    assert commands[0] == _SET_HOME
    run(commands, tmp_path)


def test_every_target_it_names_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", README, re.MULTILINE)) <= targets


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_file_it_links_is_there(link: str) -> None:
    assert (PROJECT / link).exists()
