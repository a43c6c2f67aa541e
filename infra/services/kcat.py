"""kcat, the Kafka client for the shell: docs/integrate.md shows it, and its test runs it where it is."""

import shutil
from contextlib import suppress
from pathlib import Path

from infra.services.folder import ServiceMissing
from infra.services.installing import apt, may_install


def program() -> Path | None:
    """kcat, installed with apt-get as root on Debian and Ubuntu; None where it is missing and not ours to install."""
    found = shutil.which("kcat")
    if found is None and may_install():
        print("services: installing kcat with apt-get", flush=True)
        with suppress(ServiceMissing):  # nothing but one test is the poorer without
            apt("update")
            apt("install", "kcat")
        found = shutil.which("kcat")
    return Path(found) if found else None
