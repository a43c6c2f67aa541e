"""Who has no Java or no Maven is told the one command to run; root on Debian and Ubuntu has it run."""

import os
from pathlib import Path

import pytest

from infra.services import java
from infra.services.account import server_account
from infra.services.folder import ServiceMissing
from infra.services.jars import jars


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but what the test puts there, for somebody who is not root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(java, "_PLACES", ())
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() or 1000)
    return folder


def program(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(("#!/bin/sh", *lines)) + "\n")
    path.chmod(0o755)


def test_without_java_apt_is_named_with_a_java_that_the_release_has(tools: Path) -> None:
    program(tools / "apt-get")
    program(tools / "apt-cache", '[ "$2" = openjdk-21-jre-headless ]')
    advice = r"no Java 17 or newer .* `sudo apt-get install openjdk-21-jre-headless maven`"
    with pytest.raises(ServiceMissing, match=advice):
        java.java()


@pytest.mark.parametrize(
    ("packages", "advice"),
    [("brew", "brew install openjdk@17 maven"), ("dnf", "sudo dnf install java-21-openjdk-headless maven")],
)
def test_without_java_the_systems_own_command_is_named(tools: Path, packages: str, advice: str) -> None:
    program(tools / packages)
    with pytest.raises(ServiceMissing, match=f"run `{advice}`, then try again"):
        java.java()


def test_a_java_that_is_too_old_is_none(tools: Path) -> None:
    program(tools / "java", """echo 'openjdk version "11.0.22" 2024-01-16' >&2""")
    with pytest.raises(ServiceMissing, match="no Java 17 or newer"):
        java.java()


def test_java_home_goes_before_the_path(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tools / "java", """echo 'openjdk version "17.0.1"' >&2""")
    assert java.java() == tools / "java"
    program(tmp_path / "home/bin/java", """echo 'openjdk version "21" 2023-09-19' >&2""")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "home"))
    assert java.java() == tmp_path / "home/bin/java"


def test_without_maven_it_is_named_and_nothing_counts_as_fetched(tools: Path, tmp_path: Path) -> None:
    program(tools / "dnf")
    for _ in range(2):
        with pytest.raises(ServiceMissing, match=r"`mvn`, which fetches Kafka, .* dnf install .* maven`"):
            jars(server_account(), tmp_path / ".services")


def test_root_on_debian_has_it_installed(tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    said, found = tmp_path / "said", tools / "java"
    program(tools / "apt-cache", '[ "$2" = openjdk-17-jre-headless ]')
    # The real apt-get would change this machine: this one writes down what it is asked, and puts a Java on the PATH.
    script = "printf '#!/bin/sh\\necho version \\\\\"17.0.1\\\\\" >&2\\n' >" + str(found)
    program(
        tools / "apt-get", f'echo "$@" >>{said}', f'case "$*" in *install*) {script}; /bin/chmod 755 {found};; esac'
    )
    assert java.java() == found
    assert said.read_text().splitlines()[-1].endswith("install openjdk-17-jre-headless maven")


def test_what_apt_fails_at_ends_in_what_to_do(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    program(tools / "apt-get", "exit 100")
    with pytest.raises(ServiceMissing, match=r"`apt-get .* update` failed \(see above\): mend that"):
        java.java()


def test_who_can_not_reach_maven_central_is_asked_that(tools: Path, tmp_path: Path) -> None:
    program(tools / "mvn", "echo '[ERROR] Unknown host'", "exit 1")
    with pytest.raises(Exception, match=r"(?s)Maven could not get Kafka; does it reach Maven Central\?.*Unknown host"):
        jars(server_account(), tmp_path / ".services")
