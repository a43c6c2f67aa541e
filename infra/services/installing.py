"""Installing what a server needs with the distribution's packages, where that is ours to do."""

import os
import shutil
import subprocess

from infra.services.folder import ServiceMissing


def may_install() -> bool:
    """Whether we are root on Debian, Ubuntu or their kin."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt(*arguments: str) -> None:
    """Run apt-get, without questions; ServiceMissing where it fails."""
    command = ["apt-get", "-qq", "-y", "--no-install-recommends", *arguments]
    done = subprocess.run(command, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, check=False)
    if done.returncode:
        raise ServiceMissing(f"`{' '.join(command)}` failed (see above): mend that, then run `make services` again")
