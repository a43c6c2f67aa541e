"""Write the golden payloads that are missing: `python -m tests.golden.write_events`.

Run it when the catalogue has a new type or version, or a type a new field. Payloads that stand are never written again:
they hold what was stored in real logs, which no program may read otherwise than before. A type that has got a field
since gets one more payload behind them.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.catalog import STORED_TYPES, EventType
from domain.examples import SOURCE, example_event
from domain.shared.envelope import Envelope
from domain.shared.identity import Identity
from infra.log.state import decode, encode
from tests.golden.keys import open_golden, seal_golden

FOLDER = Path(__file__).parent / "events"
TENANT = "main"
IDENTITY = Identity(bytes(range(32)))


def payloads(event_type: EventType) -> list[dict[str, Any]]:
    """What a log holds of two events of the type, one with every field and one with only those it needs."""
    whole = example_event(event_type)["data"]
    fields = event_type.model.model_fields
    least = {name: value for name, value in whole.items() if fields[name].is_required()}
    return [_whole(event_type), _payload(event_type, least)]


def without_golden(event_type: EventType, standing: Sequence[dict[str, Any]]) -> set[str]:
    """The fields of the type's example that none of the standing payloads holds: those the type has got since."""
    held = {name for payload in standing for name in payload["read"]["data"]}
    return set(example_event(event_type)["data"]) - held


def read(topic: str, stored: dict[str, Any]) -> dict[str, Any]:
    """What the program reads in a stored payload, as plain JSON."""
    state = compact(stored)
    envelope = decode(topic, state, TENANT, open_golden(TENANT, state).together)
    left_out = {"time", "data", "quality"}  # these are written otherwise, or are no part of these payloads
    plain = {name: getattr(envelope, name) for name in Envelope.__dataclass_fields__ if name not in left_out}
    data = envelope.data.model_dump(mode="json", exclude_none=True)
    return {**plain, "time": envelope.time.isoformat(), "data": data}


def compact(stored: dict[str, Any]) -> bytes:
    """A stored payload as the log holds it: on one line."""
    return json.dumps(stored, separators=(",", ":"), ensure_ascii=False).encode()


def _whole(event_type: EventType) -> dict[str, Any]:
    custom = {"Lead score": 7, "vip": True, "since": "2026-01-31"}
    return _payload(event_type, {**example_event(event_type)["data"], "custom": custom})


def _payload(event_type: EventType, data: dict[str, Any]) -> dict[str, Any]:
    example = example_event(event_type)
    envelope = Envelope(
        tenant=TENANT,
        id=example["id"],
        source=SOURCE,
        type=event_type.name,
        subject=example["subject"],
        time=datetime(2026, 1, 12, 9, 30, tzinfo=UTC),
        data=event_type.model.model_validate(data),
        actor="Kim Park",
        sequence=3,
        correlationid="import-7",
    )
    stored = json.loads(seal_golden(TENANT, encode(envelope, IDENTITY)))
    return {"stored": stored, "read": read(event_type.name, stored)}


def main() -> None:
    """Write what is missing, behind what stands."""
    for event_type in STORED_TYPES:
        path = FOLDER / f"{event_type.name}.json"
        standing = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        missing = payloads(event_type) if not standing else []
        if standing and without_golden(event_type, standing):
            missing = [_whole(event_type)]
        if missing:
            text = json.dumps([*standing, *missing], indent=1, ensure_ascii=False, sort_keys=True)
            path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
