"""The lock that makes one process the owner of the embedded tables. It goes with the process, however that ends."""

import fcntl
import os
import time
from pathlib import Path

from infra.publishing.places import explaining_files, make_folder

_ATTEMPTS = 5
_PAUSE = 0.01


class OwnerLock:
    """A lock on a file, which also says whose it is."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self) -> bool:
        """Become the owner; False while another process is."""
        make_folder(self._path.parent)
        with explaining_files(self._path):
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            for attempt in range(_ATTEMPTS):
                # Who only looks whether there is an owner holds the lock for a moment too.
                if _try(handle, fcntl.LOCK_EX):
                    os.ftruncate(handle, 0)
                    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
                    self._handle = handle
                    return True
                if attempt + 1 < _ATTEMPTS:
                    time.sleep(_PAUSE)
            os.close(handle)
        return False

    def release(self) -> None:
        """Let others own."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def holder(self) -> int | None:
        """The process id of the owner that lives now; None if there is none."""
        if self._handle is not None:
            return os.getpid()
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None  # nobody ever owned, or not that we may know
        try:
            if _try(handle, fcntl.LOCK_SH):
                return None
            # An owner that has just begun may not have written yet: it is there all the same.
            return int(os.pread(handle, 20, 0) or b"0")
        finally:
            os.close(handle)


def _try(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
