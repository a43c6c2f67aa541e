"""The one way in: a CloudEvent becomes an event of the domain, or a refusal in words a person understands.

Files, imports and topics all come through here, so what is refused in one is refused in all. An event is refused for
its form, never for what is known already.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from consumers.ingest.reasons import explain
from consumers.ingest.times import Clock
from consumers.ingest.wire import read_object, shown_name
from domain.catalog import BY_NAME, VOID, EventType, current_data
from domain.shared.envelope import Envelope
from domain.shared.errors import InvalidInput
from domain.shared.references import normal_reference

MAX_TEXT = 512
MIN_SEQUENCE, MAX_SEQUENCE = -(2**63), 2**63 - 1

_REQUIRED = ("specversion", "id", "source", "type", "subject", "time")
_EXTENSIONS = ("tenant", "actor", "sequence", "correlationid", "causationid", "traceparent", "timeprecision")
# Read, and not kept: the type says what they say, and the payload's schema is the type's.
_CHECKED = ("data", "datacontenttype", "dataschema")
KNOWN = frozenset({*_REQUIRED, *_EXTENSIONS, *_CHECKED})
_WHOLE = re.compile(r"-?\d{1,20}", re.ASCII)


class Edge:
    """Reads the messages of one tenant.

    `timezone` is where a bare date is midnight, `now` the clock that tells the future. A message of another tenant is
    refused unless `tenants` names it; a message without a tenant is `tenant`'s. `importid` is the run that reads them.
    """

    def __init__(
        self,
        tenant: str,
        timezone: str,
        now: Callable[[], datetime],
        tenants: frozenset[str] = frozenset(),
        importid: str | None = None,
    ) -> None:
        self.tenant = tenant
        self.importid = importid
        self._tenants = tenants | {tenant}
        self._clock = Clock(ZoneInfo(timezone), now)

    def read(self, raw: bytes) -> Envelope:
        """The event that `raw`, one CloudEvent in structured JSON, holds. Raises InvalidInput and nothing else."""
        return self.read_mapping(read_object(raw))

    def read_mapping(self, event: Mapping[str, Any]) -> Envelope:
        """The event that the attributes of a CloudEvent, already parsed, make. Raises InvalidInput."""
        if not event.keys() <= KNOWN:
            _refuse_misspelt(event)
        _check_form(event)
        name = _text(event, "type")
        event_type, data = _data_of(name, event)
        time, precision = self._clock.read(event["time"], event.get("timeprecision"))
        sequence = event.get("sequence")
        return Envelope(
            tenant=self._tenant(event),
            id=_text(event, "id"),
            source=_text(event, "source"),
            type=event_type.name,
            subject=_subject(event, event_type),
            time=time,
            data=_validated(event_type, data),
            time_precision=precision,
            actor=_optional(event, "actor"),
            sequence=None if sequence is None else _sequence(sequence),
            correlationid=_optional(event, "correlationid"),
            causationid=_optional(event, "causationid"),
            traceparent=_optional(event, "traceparent"),
            importid=self.importid,
        )

    def _tenant(self, event: Mapping[str, Any]) -> str:
        tenant = event.get("tenant")
        if tenant is None:
            return self.tenant
        if not isinstance(tenant, str) or tenant not in self._tenants:
            raise InvalidInput("tenant is another than the one this program works for (RAPPORT_TENANT)", "tenant")
        return tenant


def source_of(raw: bytes) -> str | None:
    """The source that a message names, if that much of it can be read."""
    try:
        return _text(read_object(raw), "source")
    except InvalidInput:
        return None


def _check_form(event: Mapping[str, Any]) -> None:
    """What makes it a CloudEvent at all."""
    for name in _REQUIRED:
        if event.get(name) is None:
            raise InvalidInput(_missing(name), name)
    if event["specversion"] != "1.0":
        raise InvalidInput('not a CloudEvent of version 1.0: specversion must be "1.0"', "specversion")
    content = event.get("datacontenttype")
    if content is not None and not _is_json(content):
        raise InvalidInput("datacontenttype must be application/json", "datacontenttype")
    if event.get("dataschema") is not None:
        _text(event, "dataschema", 2_048)


def _missing(name: str) -> str:
    if name == "specversion":
        return 'not a CloudEvent: specversion is missing; write "specversion": "1.0"'
    if name == "time":
        return "time is missing; if nobody knows it, give a stand-in and timeprecision unknown"
    return f"{name} is missing"


def _is_json(content: object) -> bool:
    if not isinstance(content, str):
        return False
    media = content.partition(";")[0].strip().lower()
    return media == "application/json" or media.endswith("+json")


def _refuse_misspelt(event: Mapping[str, Any]) -> None:
    """Refuse what looks like an attribute of ours. Other attributes are extensions for others, and are not kept."""
    if "data_base64" in event:
        raise InvalidInput("data must stand as JSON under data, not as data_base64", "data_base64")
    for name in (
        name for name in event if name not in KNOWN
    ):  # in the order sent, so that the reason is always the same
        plain = name.lower().replace("_", "").replace("-", "")
        near = [plain] if plain in KNOWN else get_close_matches(plain[:100], KNOWN, n=1, cutoff=0.8)
        if near:
            raise InvalidInput(
                f"the name {shown_name(name)} is no attribute of an event; did you mean {near[0]}?", near[0]
            )


def _data_of(name: str, event: Mapping[str, Any]) -> tuple[EventType, dict[str, Any]]:
    if name not in BY_NAME:
        _refuse_version(name)
    elif BY_NAME[name][0].area == VOID:
        raise InvalidInput("what is taken back is said by `rapport void`, and by no message", "type")
    data = event.get("data")
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise InvalidInput("data must be a JSON object", "data")
    return current_data(name, data)


def _refuse_version(name: str) -> None:
    """Refuse a known type in a version that does not exist; any other unknown name the catalogue explains."""
    stem, dot, version = name.rpartition(".")
    if dot and version[:1] == "v" and version[1:].isdigit():
        versions = [known for known in BY_NAME if known.rpartition(".")[0] == stem]
        if versions:
            raise InvalidInput(f"{stem} has no version {version[1:][:20]}; known: {', '.join(versions)}", "type")


def _subject(event: Mapping[str, Any], event_type: EventType) -> str:
    text = _text(event, "subject")
    try:
        return normal_reference(text, event_type.area)
    except InvalidInput as error:
        raise InvalidInput(f"subject: {error.reason}", "subject") from None


def _validated(event_type: EventType, data: dict[str, Any]) -> Any:
    try:
        return event_type.model.model_validate(data)
    except ValidationError as error:
        raise explain(error, event_type.model) from None
    except RecursionError:
        raise InvalidInput("data is nested too deep", "data") from None


def _text(event: Mapping[str, Any], name: str, longest: int = MAX_TEXT) -> str:
    value = event.get(name)
    if not isinstance(value, str):
        raise InvalidInput(f"{name} must be text", name)
    if not value.strip():
        raise InvalidInput(f"{name} is empty", name)
    if len(value) > longest:
        raise InvalidInput(f"{name} has {len(value):,} characters; {longest:,} are the most", name)
    if "\x00" in value:
        raise InvalidInput(f"{name} holds a NUL character, which can't be stored", name)
    return value


def _optional(event: Mapping[str, Any], name: str) -> str | None:
    return None if event.get(name) is None else _text(event, name)


def _sequence(value: object) -> int:
    # CloudEvents writes a sequence as text; a number is what most senders have.
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidInput("sequence must be a whole number", "sequence")
    if not MIN_SEQUENCE <= value <= MAX_SEQUENCE:
        raise InvalidInput("sequence is too large; 64 bits are the most", "sequence")
    return value
