"""When it happened: an instant with a zone, a bare date, or a stated stand-in."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from domain.shared.envelope import TimePrecision
from domain.shared.errors import InvalidInput

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
AHEAD = timedelta(days=366)  # an event is past; this leaves room for clocks and zones that are wrong, and no more

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:?\d\d)?", re.ASCII)


class Clock:
    """Reads the times of one tenant. `zone` is where a bare date is midnight; `now` says what is still the future."""

    def __init__(self, zone: ZoneInfo, now: Callable[[], datetime]) -> None:
        self._zone = zone
        self._now = now

    def read(self, text: object, precision: object = None) -> tuple[datetime, TimePrecision]:
        """The time in UTC and how exactly it is known; fractions below a microsecond are cut off.

        Raises InvalidInput for what is no time, has no zone, lies before 1900 or more than a year ahead.
        """
        wanted = _precision(precision)
        if not isinstance(text, str):
            raise InvalidInput("time must be text such as 2024-05-31T09:30:00Z", "time")
        if _DAY.fullmatch(text):
            if wanted is TimePrecision.INSTANT:
                raise InvalidInput("time is a bare date, but timeprecision says instant; give hour and zone", "time")
            return self._bounded(self._midnight(text)), wanted or TimePrecision.DAY
        moment = self._bounded(_instant(text))
        if wanted is TimePrecision.DAY:
            self._refuse_unless_midnight(moment)
        return moment, wanted or TimePrecision.INSTANT

    def _midnight(self, text: str) -> datetime:
        try:
            return datetime.fromisoformat(text).replace(tzinfo=self._zone)
        except ValueError:
            raise InvalidInput("time is a date that the calendar does not have", "time") from None

    def _refuse_unless_midnight(self, moment: datetime) -> None:
        local = moment.astimezone(self._zone)
        if (local.hour, local.minute, local.second, local.microsecond) != (0, 0, 0, 0):
            reason = "timeprecision says day, but time is no bare date such as 2024-05-31"
            raise InvalidInput(f"{reason} and not midnight in {self._zone.key}", "time")

    def _bounded(self, moment: datetime) -> datetime:
        # Compared before it is converted: the first and the last day of the calendar overflow in other zones.
        if moment.year < EARLIEST.year or moment.year > 9998:
            raise InvalidInput(f"time is in the year {moment.year}, which can't be meant", "time")
        moment = moment.astimezone(UTC)
        if moment < EARLIEST:
            raise InvalidInput("time lies before 1900, which can't be meant", "time")
        if moment > self._now() + AHEAD:
            raise InvalidInput(f"time lies more than a year ahead ({moment:%Y-%m-%d}); events are in the past", "time")
        return moment


def _precision(value: object) -> TimePrecision | None:
    if value is None:
        return None
    if value not in tuple(TimePrecision):
        raise InvalidInput("timeprecision must be instant, day or unknown", "timeprecision")
    return TimePrecision(str(value))


def _instant(text: str) -> datetime:
    matched = _INSTANT.fullmatch(text)
    if matched is None:
        raise InvalidInput("time is not written like 2024-05-31T09:30:00Z", "time")
    if matched[3] is None:
        raise InvalidInput("time has no zone; add Z for UTC or an offset such as +02:00", "time")
    try:
        return datetime.fromisoformat(text.upper())
    except ValueError:
        raise InvalidInput("time is one that calendar or clock does not have", "time") from None
