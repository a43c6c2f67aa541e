"""The peer: Emmett's projector, on the PostgreSQL event store of its own; the program is in emmett/ beside this.

It is written for Node.js and comes from a package server, so it is left out where there is none of either.
"""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.measuring import BenchFailed
from tests.bench.timeline import TABLES, area_of, first_of_log
from tests.bench.workshop import Workshop, _drop_older

PEER = "Emmett's projector, batches of 1,000"
_PROGRAM = Path(__file__).with_name("emmett")
_AREAS = {"activity", "contact", "deal", "ticket"}
_LONGEST = 600  # seconds


@dataclass(frozen=True, slots=True)
class Emmett:
    """Emmett installed in `folder`, with `events` events in its store; it projects those of `types`."""

    folder: Path
    url: str
    events: int
    types: Sequence[str]

    def project(self) -> float:
        """Project all events from an empty table on; returns events a second, as the program takes the time."""
        with psycopg.connect(self.url) as connection:
            connection.execute("DROP TABLE IF EXISTS thing_contact, contact_timeline")
            for statement in TABLES:
                connection.execute(statement.encode())
        told = json.loads(_node(self.folder, "project", self.url, str(self.events), ",".join(self.types)))
        if told["events"] != self.events:
            raise BenchFailed(f"Emmett projected {told['events']:,} events instead of {self.events:,}")
        return float(told["events"] / told["seconds"])


def install(shop: Workshop) -> Path | None:
    """The folder that Emmett is in, kept for later runs; None, which it tells, where it can't be had."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    if missing or not shop.fetches:
        why = f"{' and '.join(missing)} not found" if missing else "nothing is fetched in this run"
        shop.tell(f"  Emmett is left out: {why}")
        return None
    folder = shop.folder / f"emmett-{_digest()}"
    if not folder.exists():
        shop.tell("  fetching Emmett")
        _drop_older(shop.folder, "emmett-*")
        draft = folder.with_suffix(".new")
        shutil.copytree(_PROGRAM, draft, ignore=shutil.ignore_patterns("node_modules"))
        done = subprocess.run(["npm", "ci"], cwd=draft, capture_output=True, text=True, check=False)
        if done.returncode:
            shop.tell(f"  Emmett is left out: npm ci failed: {done.stderr.strip()[-500:]}")
            return None
        draft.rename(folder)
    return folder


def fill(folder: Path, ours: str, theirs: str, count: int, file: Path) -> Emmett:
    """Store the first events of our log in Emmett's store, in their order; `file` is where they may lie meanwhile."""
    rows = first_of_log(ours, count)
    with file.open("w", encoding="utf-8") as lines:
        for stream, _, _, one in rows:
            data = {
                "thing_id": str(one.thing_id),
                "event_id": str(one.event_id),
                "occurred_at": one.occurred_at.isoformat(),
                "contacts": [str(contact) for contact in one.contacts],
                "data": one.data,
            }
            lines.write(json.dumps({"stream": str(stream), "type": one.event_type, "data": data}) + "\n")
    _node(folder, "append", theirs, str(file.resolve()))
    types = sorted({one.event_type for *_, one in rows if area_of(one.event_type) in _AREAS})
    return Emmett(folder, theirs, len(rows), types)


def _node(folder: Path, *arguments: str) -> str:
    command = ["node", "timeline.js", *arguments]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=_LONGEST)
    except subprocess.TimeoutExpired as error:
        raise BenchFailed(f"Emmett took more than {_LONGEST} seconds to {arguments[0]}") from error
    if done.returncode:
        raise BenchFailed(f"Emmett failed to {arguments[0]}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_PROGRAM.iterdir()):
        if path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
