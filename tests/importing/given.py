"""Files to import, maps, and the whole way from one to the other."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from consumers.ingest.messages import TakesMessages
from consumers.ingest.rehearsal import Rehearsal
from consumers.ingest.run import Ingest, Summary
from infra.importing.maps import Map, find_map, parse_map
from infra.importing.rows import MapRows
from infra.importing.tables import Tables
from tests.ingest.given import edge

MAPS = Path(__file__).resolve().parents[1] / "maps"


def digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:32]


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


class Imported:
    """An import that ran: its summary, its events, and how many rows equalled one before them."""

    def __init__(self, summary: Summary, rows: MapRows, messages: Sequence[tuple[str, bytes]]) -> None:
        self.summary = summary
        self.equal = rows.equal
        self.places = [place for place, _ in messages]
        self.raws = [raw for _, raw in messages]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [msgspec.json.decode(raw) for raw in self.raws if raw.startswith(b"{")]

    @property
    def said(self) -> set[bytes]:
        """Every event with all it says, apart from their order."""
        assert len(set(self.raws)) == len(self.raws)
        return set(self.raws)


def imported(
    files: Sequence[Path],
    chosen: str | Map,
    *,
    source: str = "shop",
    log: TakesMessages | None = None,
    timezone: str = "UTC",
    variables: Mapping[str, str] | None = None,
    tenant: str = "main",
) -> Imported:
    """Import files into a log, or without one as a rehearsal."""
    with Tables(timezone) as tables:
        tables.load(files, {"source": source, **(variables or {})})
        rows = MapRows(tables, find_map(chosen) if isinstance(chosen, str) else chosen, source, digest)
        messages = list(rows.messages())
        summary = Ingest(edge(timezone, tenant), log or Rehearsal(), "import").run(messages)
        return Imported(summary, rows, [(message.place, message.raw) for message in messages])


def select(text: str) -> Map:
    """A map for one test."""
    return parse_map("test.sql", text)
