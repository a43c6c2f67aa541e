"""Which process is which: an id may be given out again, an id with its start time may not."""

import os
import signal
import subprocess
import time
from pathlib import Path

_PROC = Path("/proc")
_AFTER_COMMAND = 2  # in /proc/<id>/stat, the place after "<id> (<command>)"
_STATE, _THREADS, _START_TIME = (place - 1 - _AFTER_COMMAND for place in (3, 20, 22))


def birth(pid: int) -> str | None:
    """When the process was started, as text that no other process with this id will ever have; None if it is gone."""
    return _birth_by_proc(pid) if (_PROC / "self/stat").exists() else _birth_by_ps(pid)


def is_alive(pid: int, born: str) -> bool:
    """Whether the process that had this id and this birth still runs."""
    return birth(pid) == born


def end(pid: int, born: str, signals: tuple[signal.Signals, ...], patience: float = 30.0) -> bool:
    """End that process and no other, with one signal after the other, each given `patience` seconds to be obeyed."""
    for number in signals:
        deadline = time.monotonic() + patience
        if is_alive(pid, born):
            os.kill(pid, number)
        while is_alive(pid, born) and time.monotonic() < deadline:
            time.sleep(0.05)
    return not is_alive(pid, born)


def _birth_by_proc(pid: int) -> str | None:
    try:
        # The command stands in brackets and may hold spaces and brackets itself.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    # It has ended, and nobody has asked for its exit code yet; unless other threads of it still hold files and ports.
    if fields[_STATE] == "Z" and int(fields[_THREADS]) <= 1:
        return None
    return f"{(_PROC / 'sys/kernel/random/boot_id').read_text().strip()}:{fields[_START_TIME]}"


def _birth_by_ps(pid: int) -> str | None:
    asked = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return asked.stdout.strip() or None
