"""What is committed serves everybody: no secrets, no place of one machine, no package server, no whole data set."""

import re
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
# Addresses that documents may name: reserved for examples, or a standard's permanent home.
KNOWN_HOSTS = re.compile(
    r"(.*\.)?example(\.(org|com|net))?|.*\.(test|invalid)|localhost|127\.0\.0\.1|\[::1\]"
    r"|json-schema\.org|cloudevents\.io|www\.w3\.org|www\.apache\.org|www\.rfc-editor\.org|c2sp\.org"
)
# Put together, so that this file may hold them too.
PACKAGE_SERVERS = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("repo1", "maven"),
            ("maven", "apache", "org"),
            ("deb", "debian", "org"),
            ("archive", "ubuntu", "com"),
            ("proxy", "golang", "org"),
            ("crates", "io"),
        )
    )
)
MACHINE_PATHS = re.compile(r"(?<![\w.*~-])/(work|home|Users|mnt|srv|opt/(?!homebrew))(/\w|\b(?=[\s'\"`)]))")
SECRETS = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|postgresql://\w+:[\w-]{16,}@")
LARGEST = 512 * 1024


def committed() -> list[Path]:
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    return [PROJECT / name for name in listed.split("\0") if name and (PROJECT / name).is_file()]


def found(pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern stands, as `file:line: text`."""
    return [
        f"{path.relative_to(PROJECT)}:{number}: {match[0]}"
        for path in committed()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for match in pattern.finditer(line)
    ]


def test_no_package_server_is_named() -> None:
    assert found(PACKAGE_SERVERS) == []


def test_no_path_of_one_machine_is_named() -> None:
    assert found(MACHINE_PATHS) == []


def test_no_secret_is_committed() -> None:
    assert found(SECRETS) == []


def test_addresses_are_examples_or_standards() -> None:
    addresses = found(re.compile(r"(?<=https://)[\w.\[\]:-]+|(?<=http://)[\w.\[\]-]+"))
    assert [it for it in addresses if not KNOWN_HOSTS.fullmatch(it.rpartition(": ")[2].split(":")[0])] == []


def test_no_large_file_is_committed() -> None:
    large = [str(path.relative_to(PROJECT)) for path in committed() if path.stat().st_size > LARGEST]
    assert large == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (PACKAGE_SERVERS, PACKAGE_SERVERS.pattern.split("|")[0].replace("\\", "")),
        (MACHINE_PATHS, "cd /" + "work/main"),
        (MACHINE_PATHS, "in `/" + "work`"),
        (SECRETS, "postgresql://owner:" + "x" * 24 + "@127.0.0.1/postgres"),
    ],
)
def test_what_must_not_stand_is_recognised(pattern: re.Pattern[str], text: str) -> None:
    assert pattern.search(text)
