"""Whether the published files hold the whole log, at a glance: without the event models and the log's code.

Loading those takes longer than most reads do.
"""

import sqlite3
from contextlib import closing
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from infra.publishing.places import Places, read_json

_COMPUTING = ("domain", "projections")  # what the tables depend on
_END = "SELECT coalesce(max(notification_id), 0) FROM stored_events"


def program_stamp(timezone: str, own: Path | None = None) -> str:
    """Changes whenever a file that tables are computed by does, also one of a user's models in `own`.

    Empty for a program that is not in files.
    """
    stamp = sha256(timezone.encode())
    for folder in (*(files(package) for package in _COMPUTING), *([own] if own else [])):
        if not isinstance(folder, Path):
            return ""
        # Not what Python compiles of them: that comes and goes.
        for path in sorted(path for path in folder.rglob("*") if path.suffix in {".py", ".sql"}):
            found = path.stat()
            stamp.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return stamp.hexdigest()[:32]


def are_fresh(places: Places, log: Path, timezone: str, own: Path | None = None) -> bool:
    """Whether this very program published all sets of tables up to the end of the log.

    False whenever that is not certain: the projector then looks more closely, and says what is wrong.
    """
    published = read_json(places.published)
    stamp = program_stamp(timezone, own)
    if not stamp or published.get("program") != stamp:
        return False
    sets = published.get("sets", {})
    end = _end(log)
    return bool(sets) and all(one.get("position") == end and places.public(name).exists() for name, one in sets.items())


def _end(log: Path) -> int | None:
    try:
        with closing(sqlite3.connect(f"{log.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            return int(connection.execute(_END).fetchone()[0])
    except sqlite3.Error:
        return None
