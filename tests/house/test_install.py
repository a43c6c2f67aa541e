"""Installing says what is missing; it never fails with somebody else's error."""

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
NEEDED = ("sh", "cat", "cksum", "dirname", "id", "rm")
FILES = ("pyproject.toml", "requirements.txt", "infra/install.sh")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with no Python and no package manager."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def install(clone: Path, path: Path) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = ["sh", clone / "infra" / "install.sh"]
    return subprocess.run(command, env={"PATH": str(path)}, capture_output=True, text=True, check=False)


def program(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_without_a_python_it_says_which_ones_do(clone: Path, tools: Path) -> None:
    done = install(clone, tools)
    assert done.returncode == 2
    assert "no Python 3.11, 3.12 or 3.13" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_python_of_another_version_is_passed_over(clone: Path, tools: Path) -> None:
    program(tools / "python3", "exit 1")
    assert install(clone, tools).returncode == 2


def test_where_debian_keeps_environments_apart_it_names_the_package(clone: Path, tools: Path) -> None:
    # The version suits, and `import ensurepip` fails.
    program(tools / "python3", 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo python3.12-venv ;; esac')
    program(tools / "apt-get", "exit 100")
    done = install(clone, tools)
    assert done.returncode == 2
    assert "run 'sudo apt-get install python3.12-venv'" in done.stderr


def test_a_second_run_only_looks(clone: Path, tools: Path) -> None:
    made = subprocess.run(
        ["sh", "-c", "cat pyproject.toml requirements.txt infra/install.sh | cksum"],
        cwd=clone,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    (clone / ".venv" / "bin").mkdir(parents=True)
    program(clone / ".venv" / "bin" / "python", "exit 0")
    (clone / ".venv" / "installed").write_text(f"{clone} {made}")
    done = install(clone, tools)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
