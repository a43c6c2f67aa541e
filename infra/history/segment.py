"""A segment: a folder of Parquet files with the events of a range of positions, and a manifest of what they hold.

`events.parquet` has a row for each event: its envelope typed, `data`, `ids` and `doubts` as JSON, and `sealed`, the
boxes with what is personal in it, as closed as in the log. Beside it each fact table without personal data has a file.
All are sorted by position. A segment is never changed; one that this program would write otherwise is written anew.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from consumers.project.log import LogRow, ReadsLog

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

EVENTS, MANIFEST = "events.parquet", "manifest.json"
FORMAT = 1
_NAME = re.compile(r"(\d{12})-(\d{12})")
_ASKED = 64  # events of a segment that the log is asked for before it is used


class File(msgspec.Struct, frozen=True):
    """A file of a segment: how many rows it has, and the SHA-256 of its bytes."""

    rows: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a segment holds.

    `made_by` tells the facts and the time zone it was made for, `marks` some of its events, `digest` all of them.
    """

    format: int
    after: int
    last: int
    events: int
    made_by: str
    files: dict[str, File]
    marks: dict[str, str]
    digest: str


class SegmentDamaged(Exception):
    """A segment is not what its manifest says, or not what the log says; the message says how."""


@dataclass(frozen=True)
class Segment:
    """The segment in a folder named by the positions it lies between."""

    folder: Path

    @property
    def after(self) -> int:
        """The position behind which it begins."""
        return int(self.folder.name.partition("-")[0])

    @property
    def last(self) -> int:
        """The position it ends with."""
        return int(self.folder.name.partition("-")[2])

    @cached_property
    def manifest(self) -> Manifest:
        """What it says it holds. Raises SegmentDamaged."""
        try:
            manifest = msgspec.json.decode((self.folder / MANIFEST).read_bytes(), type=Manifest)
        except (OSError, msgspec.DecodeError) as error:
            raise SegmentDamaged(f"its manifest can't be read: {error}") from error
        if (manifest.format, manifest.after, manifest.last) != (FORMAT, self.after, self.last):
            raise SegmentDamaged("its manifest is that of another segment, or of another version")
        return manifest

    def file(self, name: str) -> Path:
        """One of its files: `events`, or the name of a fact table."""
        return self.folder / f"{name}.parquet"

    def check_files(self) -> None:
        """Compare its files with the manifest, byte by byte. Raises SegmentDamaged."""
        for name, file in self.manifest.files.items():
            try:
                with (self.folder / name).open("rb") as content:
                    found = file_digest(content, "sha256").hexdigest()
            except OSError as error:
                raise SegmentDamaged(f"{name} can't be read: {(error.strerror or str(error)).lower()}") from error
            if found != file.sha256:
                raise SegmentDamaged(f"{name} was changed")

    def check_marks(self, log: ReadsLog) -> None:
        """Compare some of its events with the log's. Raises SegmentDamaged."""
        for position, mark in self.manifest.marks.items():
            found = log.read(int(position) - 1, int(position), 1)
            if not found or mark_of(found[0]) != mark:
                raise SegmentDamaged(f"the log has another event at position {int(position):,}")

    def check_all(self, log: ReadsLog) -> None:
        """Compare all of its events with the log's. Raises SegmentDamaged."""
        rows = log.read(self.after, self.last, self.manifest.events + 1)
        if len(rows) != self.manifest.events:
            raise SegmentDamaged(f"the log has {len(rows):,} events there, and it {self.manifest.events:,}")
        if digest_of(rows) != self.manifest.digest:
            raise SegmentDamaged("the log has other events there")


def segments_in(folder: Path) -> list[Segment]:
    """The segments in a folder, in order."""
    if not folder.is_dir():
        return []
    found = [Segment(path) for path in folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name)]
    return sorted(found, key=lambda segment: segment.after)


def name_of(after: int, last: int) -> str:
    """The name of the folder of a segment."""
    return f"{after:012d}-{last:012d}"


def mark_of(row: LogRow) -> str:
    """What tells an event of the log from every other."""
    return _mark(row).hexdigest()


def marks_of(rows: Sequence[LogRow]) -> dict[str, str]:
    """The marks of some events, the first and the last among them."""
    step = max(1, len(rows) // _ASKED)
    return {str(row.position): mark_of(row) for row in (*rows[::step], rows[-1])}


def digest_of(rows: Sequence[LogRow]) -> str:
    """What tells these events from all others."""
    whole = sha256()
    for row in rows:
        whole.update(_mark(row).digest())
    return whole.hexdigest()


def _mark(row: LogRow) -> "Hash":
    about = f"{row.position}\n{row.tenant}\n{row.topic}\n{row.recorded_at}\n"
    return sha256(about.encode() + row.state)
