"""Finding Java and Maven, which Kafka needs, and installing them where that is ours to do."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from infra.services.folder import ServiceMissing
from infra.services.installing import apt, may_install

OLDEST = 17  # for Kafka 4
_PLACES = (
    "usr/lib/jvm/*/bin/java",  # Debian, Ubuntu, Fedora
    "opt/homebrew/opt/openjdk*/bin/java",
    "usr/local/opt/openjdk*/bin/java",
    "Library/Java/JavaVirtualMachines/*/Contents/Home/bin/java",
)
_DEBIAN = ("openjdk-17-jre-headless", "openjdk-21-jre-headless", "openjdk-25-jre-headless")


def java() -> Path:
    """A Java that runs Kafka: that of JAVA_HOME, else of the PATH, else where systems put it; installed if need be.

    Raises ServiceMissing with the one command to run.
    """
    found = _find_java()
    if found is None and may_install():
        _install()
        found = _find_java()
    if found is None:
        raise ServiceMissing(f"no Java {OLDEST} or newer was found on this machine, which Kafka needs: {_advice()}")
    return found


def maven() -> Path:
    """The program `mvn`, which fetches Kafka; installed if need be.

    Raises ServiceMissing with the one command to run.
    """
    if shutil.which("mvn") is None and may_install():
        _install()
    found = shutil.which("mvn")
    if found is None:
        raise ServiceMissing(f"Maven's program `mvn`, which fetches Kafka, is not on the PATH: {_advice()}")
    return Path(found)


def _find_java() -> Path | None:
    return next((place for place in _candidates() if _version(place) >= OLDEST), None)


def _candidates() -> Iterator[Path]:
    home = os.environ.get("JAVA_HOME")
    if home:
        yield Path(home) / "bin/java"
    on_path = shutil.which("java")
    if on_path:
        yield Path(on_path).resolve()
    for pattern in _PLACES:
        yield from sorted(Path("/").glob(pattern), reverse=True)


def _version(program: Path) -> int:
    """The feature version of this Java, 0 if it is none that runs."""
    if not os.access(program, os.X_OK):
        return 0
    said = subprocess.run([program, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', said)
    return int(match[1]) if match else 0


def _install() -> None:
    print("services: installing Java and Maven with apt-get", flush=True)
    apt("update")
    apt("install", _debian_java(), "maven")


def _debian_java() -> str:
    # The release decides which of them there is; its default may be too old, as Ubuntu 22.04's is.
    for name in _DEBIAN:
        if subprocess.run(["apt-cache", "show", name], capture_output=True, check=False).returncode == 0:
            return name
    return "default-jre-headless"


def _advice() -> str:
    if shutil.which("apt-get"):
        return f"run `sudo apt-get install {_debian_java()} maven`, then try again"
    if shutil.which("brew"):
        return "run `brew install openjdk@17 maven`, then try again"
    if shutil.which("dnf"):
        return "run `sudo dnf install java-21-openjdk-headless maven`, then try again"
    return f"install Java {OLDEST} and Maven with your system's packages, then try again"
