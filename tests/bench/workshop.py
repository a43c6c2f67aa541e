"""What the benchmarks share: their sizes, their folder, the made-up company's events as files and logs, databases."""

import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from pydantic import SecretStr

from consumers.ingest.edge import Edge
from consumers.ingest.run import Ingest, Summary
from infra.bootstrap import Rapport
from infra.demo.company import Company, Scale
from infra.importing.lines import LineFile
from infra.services import postgres
from infra.settings import Settings
from tests.bench.measuring import BenchFailed

PROJECT = Path(__file__).resolve().parents[2]
# What the events of a log depend on: when one of these changes, kept logs are made anew.
_SOURCES = ("domain", "infra/demo", "infra/log", "consumers/ingest")
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much each benchmark does: events, rows or commands."""

    live: int
    live_runner: int
    rebuild: int
    ingest: int
    import_rows: int
    commands: int
    topics: int
    append: int
    fresh: int
    mails: int


SIZES = {
    "full": Sizes(20_000, 5_000, 1_000_000, 100_000, 10_000, 200, 100_000, 1_000, 10_000, 10_000),
    "small": Sizes(3_000, 600, 5_000, 5_000, 1_000, 20, 5_000, 50, 500, 500),
}


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where a benchmark works. `tell` says how far it is; with `profile`, profiles are shown of what is fast too.

    Unless it `fetches`, a peer that has to come from a package server first is left out.
    """

    sizes: Sizes
    runs: int
    folder: Path
    tell: Callable[[str], None]
    profile: bool = False
    fetches: bool = True

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """An empty folder, which goes afterwards."""
        path = self.folder / f"scratch-{os.getpid()}-{next(_numbers)}"
        path.mkdir(parents=True)
        try:
            yield path
        finally:
            shutil.rmtree(path)

    def lines(self, events: int) -> Path:
        """A file of about `events` CloudEvents (never fewer), one JSON a line; kept for later runs."""
        path = self.folder / f"events-{events}-{_digest_of_sources()}.jsonl"
        if not path.exists():
            self.tell(f"  making up {events:,} events")
            _drop_older(self.folder, f"events-{events}-*")
            draft = path.with_suffix(".new")
            write_lines(draft, cloud_events(events))
            draft.replace(path)
        return path

    def home(self, events: int, without: Collection[str] = ()) -> Path:
        """A RAPPORT_HOME whose SQLite log holds about `events` events; kept for later runs, which leave it be.

        `without` are types of events that the log is not to have.
        """
        name = f"{'part' if without else 'home'}-{events}"
        path = self.folder / f"{name}-{_digest_of_sources()}"
        if not path.exists():
            lines = self.lines(events)
            self.tell(f"  taking {events:,} events into a log")
            _drop_older(self.folder, f"{name}-*")
            draft = path.with_suffix(".new")
            shutil.rmtree(draft, ignore_errors=True)
            with rapport_at(draft) as rapport, self.scratch() as scratch:
                ingest(rapport, _leave_out(lines, scratch / "part.jsonl", without) if without else lines)
            draft.rename(path)
        return path

    @contextmanager
    def postgres(self, like: str = "template1") -> Iterator[str]:
        """The owner's URL of an empty database in the tests' PostgreSQL; it is dropped afterwards.

        With `like`, the URL of another database that nobody is connected to, it is a copy of that.
        """
        server = os.environ.get("RAPPORT_TEST_POSTGRES") or postgres.start()
        name = f"bench_{os.getpid()}_{next(_numbers)}"
        identifier = sql.Identifier(name)
        with psycopg.connect(server, autocommit=True) as connection:
            _require_durable(connection)
            template = sql.Identifier(like.rpartition("/")[2].partition("?")[0])
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, template))
            try:
                yield urlsplit(server)._replace(path=f"/{name}").geturl()
            finally:
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


def rapport_at(home: Path, store: str = "sqlite") -> Rapport:
    """The program's parts in a folder of ours, whatever the shell's settings are."""
    home.mkdir(parents=True, exist_ok=True)
    settings = {"home": home, "store": SecretStr(store), "tenant": "main", "timezone": "UTC", "open_custom": ""}
    return Rapport(Settings.model_validate(settings))


def ingest(rapport: Rapport, lines: Path) -> Summary:
    """What `rapport ingest` does with a file. Raises BenchFailed unless every line was taken."""
    settings = rapport.settings
    with LineFile(lines) as file:
        run = Ingest(Edge(settings.tenant, settings.timezone, rapport.now), rapport.log, "ingest")
        summary = run.run(file.messages(lambda: False))
    if summary.taken != summary.read or not summary.taken:
        raise BenchFailed(f"of {summary.read:,} lines only {summary.taken:,} were taken: {summary.reasons}")
    return summary


def cloud_events(events: int) -> Iterator[dict[str, Any]]:
    """The made-up company's two years, as large as it takes to have at least `events` events."""
    # The default company has 101,000; people are linked in pairs, for which it takes 64.
    share = events / 100_000
    whole = Scale()
    scale = Scale(
        accounts=max(8, round(whole.accounts * share)),
        contacts=max(64, round(whole.contacts * share)),
        deals=max(8, round(whole.deals * share)),
        tickets=max(8, round(whole.tickets * share)),
        activities=max(8, round(whole.activities * share)),
    )
    return Company(scale=scale).events()


def write_lines(path: Path, events: Iterable[dict[str, Any]]) -> None:
    """Write events to a file, one JSON a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)


def _leave_out(lines: Path, part: Path, types: Collection[str]) -> Path:
    with lines.open(encoding="utf-8") as file:
        write_lines(part, (event for event in map(json.loads, file) if event["type"] not in types))
    return part


def disk_of_postgres(url: str, otherwise: Path) -> Path:
    """A folder on the disk that the server writes to; `otherwise` if we may not write there."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SHOW data_directory").fetchone()
    folder = Path(found[0]).parent if found else otherwise
    return folder if os.access(folder, os.W_OK) else otherwise


def _require_durable(connection: psycopg.Connection) -> None:
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        found = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(setting))).fetchone()
        if found is None or found[0] != "on":
            raise BenchFailed(f"{setting} is off on this PostgreSQL: what it writes there is not kept, and no measure")


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted((PROJECT / folder).rglob("*")):
            if path.suffix in {".py", ".sql"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _drop_older(folder: Path, pattern: str) -> None:
    for path in folder.glob(pattern):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
