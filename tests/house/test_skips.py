"""A test may be skipped for want of the shared data, and for nothing else."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"


def run(tmp_path: Path, test: str, *options: str) -> tuple[int, str]:
    """The exit code and closing line of pytest over one file, in a project that has no shared data beside it."""
    folder = tmp_path / "project" / "tests"
    folder.mkdir(parents=True)
    shutil.copy(CONFTEST, folder)
    (folder / "test_given.py").write_text(f"import pytest\n\n{test}\n")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pytest",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        *options,
        folder,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()[-1]


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_test_that_lacks_the_shared_data_is_skipped(tmp_path: Path, workers: tuple[str, ...]) -> None:
    code, closing = run(tmp_path, "def test_it(shared_data): pass\ndef test_other(): pass", *workers)
    assert code == 0
    assert "1 passed, 1 skipped" in closing


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(): pytest.skip('no time today')",
        "@pytest.mark.skip(reason='flaky')\ndef test_it(): pass",
        "@pytest.mark.skipif(True, reason='no server')\ndef test_it(): pass",
        "@pytest.fixture\ndef server(): pytest.skip('no server')\ndef test_it(server): pass",
        "@pytest.mark.xfail(reason='known')\ndef test_it(): assert False",
    ],
)
def test_any_other_reason_fails_the_test(tmp_path: Path, test: str) -> None:
    code, closing = run(tmp_path, test)
    assert code == 1
    assert "1 failed" in closing or "1 error" in closing
    assert "skipped" not in closing


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_a_file_skipped_as_a_whole_fails_the_run(tmp_path: Path, workers: tuple[str, ...]) -> None:
    code, closing = run(tmp_path, "pytest.importorskip('no_such_module')\ndef test_it(): pass", *workers)
    assert code != 0
    assert "1 error" in closing
