"""Kafka's jars: fetched by Maven into its own cache, which every clone shares, and copied to where the server reads."""

import hashlib
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
        # Named after what was asked for: a broker that runs keeps the jars of its own version.
        note = services / "jars" / hashlib.sha256(POM.read_bytes()).hexdigest()[:16]
        if note.is_file() and (Path(note.read_text()) / POM.name).is_file():
            return Path(note.read_text())
        folder = folder_for(account, note.with_suffix(".lib"))
        note.write_text(str(folder))
        _fill(folder)
        return folder


def remove(services: Path = SERVICES) -> None:
    """Drop the copies; what Maven fetched stays in its cache."""
    if (services / "jars").is_dir():
        with locked(services / "jars"):
            for note in (services / "jars").iterdir():
                if note.is_file() and note.name != "lock":
                    shutil.rmtree(note.read_text(), ignore_errors=True)
                    note.unlink()


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
