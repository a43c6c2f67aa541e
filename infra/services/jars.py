"""Kafka's jars: fetched by Maven into its own cache, which every clone shares, and copied to where the server reads."""

import shutil
import subprocess
from pathlib import Path

from infra.services.account import Account, folder_for
from infra.services.folder import SERVICES, ServiceError, locked
from infra.services.java import maven

POM = Path(__file__).with_name("kafka.pom.xml")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


def jars(account: Account, services: Path = SERVICES) -> Path:
    """The folder with the jars that `kafka.pom.xml` names, readable to the account; filled if it is not there yet.

    Raises ServiceMissing where a person has to install Maven first, and ServiceError where it can't fetch them.
    """
    with locked(services / "jars"):
        known = _place(services)
        if known and (known / POM.name).is_file() and (known / POM.name).read_bytes() == POM.read_bytes():
            return known
        _remove(services)
        folder = folder_for(account, services / "jars" / "lib")
        (services / "jars" / "place").write_text(str(folder))
        _fill(folder)
        return folder


def remove(services: Path = SERVICES) -> None:
    """Drop the copies; what Maven fetched stays in its cache."""
    if (services / "jars").is_dir():
        with locked(services / "jars"):
            _remove(services)


def _place(services: Path) -> Path | None:
    note = services / "jars" / "place"
    return Path(note.read_text()) if note.is_file() else None


def _remove(services: Path) -> None:
    known = _place(services)
    if known:
        shutil.rmtree(known, ignore_errors=True)
        (services / "jars" / "place").unlink()


def _fill(folder: Path) -> None:
    print("services: getting Kafka's jars with Maven (40 MB, once)", flush=True)
    goal: list[str | Path] = [_COPY, f"-DoutputDirectory={folder}", "-DincludeScope=runtime"]
    command: list[str | Path] = [maven(), "--batch-mode", "--quiet", "--file", POM, *goal]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ServiceError(f"Maven could not get Kafka; does it reach Maven Central? It said: {done.stdout[-2000:]}")
    for path in folder.iterdir():
        path.chmod(0o644)
    # Last, so that a copy that was cut short does not count.
    shutil.copyfile(POM, folder / POM.name)
    (folder / POM.name).chmod(0o644)
