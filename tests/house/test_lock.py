"""requirements.txt names every package once, with its version and hashes, and no place to get it from."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).resolve().parents[2]
LOCK = (PROJECT / "requirements.txt").read_text()
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())


def locked() -> dict[str, tuple[str, int]]:
    """Each package's version and its number of hashes."""
    statements = re.sub(r"\s*\\\n\s*", " ", re.sub(r"^\s*#.*\n", "", LOCK, flags=re.MULTILINE)).splitlines()
    found = {}
    for statement in statements:
        match = re.match(r"([A-Za-z0-9._-]+)==(\S+)", statement)
        assert match, f"not a pinned package: {statement[:80]}"
        assert match[1] not in found, f"{match[1]} stands twice"
        found[match[1]] = match[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)", statement))
    return found


def test_every_package_is_pinned_by_version_and_hash() -> None:
    packages = locked()
    assert len(packages) > 30
    assert [name for name, (_, hashes) in packages.items() if hashes == 0] == []


def test_no_index_no_address_and_no_path_is_named() -> None:
    assert re.findall(r"^\s*-(?!-hash=)\S*", LOCK, re.MULTILINE) == []
    assert [word for word in ("--index", "--extra", "--find-links", "--trusted", "://", "file:") if word in LOCK] == []


def test_what_the_project_asks_for_is_what_is_locked() -> None:
    packages = locked()
    asked = [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["dependency-groups"]["dev"],
        *PYPROJECT["build-system"]["requires"],
    ]
    for requirement in map(Requirement, asked):
        version, _ = packages[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}; run `make lock`"
