"""The segments of a log: which there are, which can be used, and those that are missing."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from consumers.project.catch_up import Progress, Report, Stop, never, unheard
from infra.history.segment import Segment, SegmentDamaged, segments_in
from infra.history.writing import forget, made_by, write_segment

if TYPE_CHECKING:
    from infra.log.log import EventLog

EVENTS = 200_000  # of a segment

Note = Callable[[str], None]


class History:
    """The segments in `folder`, made of `log` for a time zone.

    `note` hears of what can't be used; it is written anew when history is written next, and the log is read meanwhile.
    """

    def __init__(self, folder: Path, log: "EventLog", timezone: str, note: Note) -> None:
        self._folder = folder
        self._log = log
        self._timezone = timezone
        self._made_by = made_by(timezone)
        self._note = note
        self._usable: list[Segment] | None = None

    def behind(self, position: int, upto: int) -> list[Segment]:
        """The segments that follow a position without a gap, none of them reaching behind `upto`."""
        following = []
        for segment in self.usable():
            if segment.after == position and segment.last <= upto:
                following.append(segment)
                position = segment.last
        return following

    def usable(self) -> Sequence[Segment]:
        """The segments from the log's beginning on, up to the first that is missing or can't be used."""
        if self._usable is None:
            self._usable = list(self._checked())
        return self._usable

    def _checked(self) -> Iterator[Segment]:
        end = 0
        for segment in segments_in(self._folder):
            if segment.after != end:
                if segment.after > end:
                    self._note(f"history: no segment begins behind position {end:,}; the log is read instead")
                    return
                continue
            try:
                if segment.manifest.made_by != self._made_by:
                    return  # other facts are wanted now: no damage, and nothing to be told of
                segment.check_files()
                segment.check_marks(self._log)
            except SegmentDamaged as error:
                self._note(f"history: segment {segment.folder.name} can't be used: {error}; the log is read instead")
                return
            yield segment
            end = segment.last

    def write(self, stop: Stop = never, report: Report = unheard) -> int:
        """Write the segments that are missing or can't be used, as far as events fill them; returns how many."""
        usable, head = list(self.usable()), self._log.head()
        end, written = usable[-1].last if usable else 0, 0
        while not stop() and head - end >= EVENTS:
            rows = self._log.read(end, head, EVENTS)
            if len(rows) < EVENTS:
                break
            forget(segment for segment in segments_in(self._folder) if end <= segment.after < rows[-1].position)
            usable.append(write_segment(self._folder, end, rows, self._timezone))
            end, written = usable[-1].last, written + 1
            report(Progress("writing history", end, head))
        self._usable = usable
        return written

    def verify(self, report: Report = unheard) -> list[str]:
        """Compare every usable segment with the log, event by event; a sentence for each that differs."""
        wrong = []
        for segment in self.usable():
            try:
                segment.check_all(self._log)
            except SegmentDamaged as error:
                wrong.append(f"segment {segment.folder.name}: {error}")
            report(Progress("verifying", segment.last, self._log.head()))
        return wrong

    def forget(self) -> int:
        """Remove all segments; the log has everything. Returns how many there were."""
        found = segments_in(self._folder)
        forget(found)
        self._usable = None
        return len(found)
