"""The schemas that were released, a folder for each version: what senders rely on, and every later schema must take.

A released schema is never written again, except that of a version that is not out yet, and then only compatibly.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from domain.catalog import BY_NAME, EVENT_TYPES
from domain.shared.errors import RapportError
from infra.schemas.compatible import breaks
from infra.schemas.data import Schema
from infra.schemas.event import event_schema


class SchemaBroken(RapportError):
    """A schema refuses, or understands otherwise, what a released one took."""


def current_schemas() -> dict[str, Schema]:
    """Type string → schema, of every type in its current version."""
    return {event_type.name: event_schema(event_type) for event_type in EVENT_TYPES}


def as_text(schema: Schema) -> str:
    """A schema as it stands in a file."""
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def broken(folder: Path, now: Mapping[str, Schema]) -> list[str]:
    """A sentence for each way in which the schemas of now break one that was released, of whatever version."""
    found = []
    for path in sorted(folder.glob("*/*.json")):
        name = path.stem
        if name in now:
            schema = json.loads(path.read_text(encoding="utf-8"))
            found += [f"{name} as of {path.parent.name}: {sentence}" for sentence in breaks(schema, now[name])]
        elif name not in BY_NAME:  # an older version of a type is read by its upcasts, which have golden payloads
            found.append(f"{name} as of {path.parent.name}: the type is gone")
    return found


def release(folder: Path, version: str, now: Mapping[str, Schema]) -> list[Path]:
    """Write down the schemas of now as those of a version.

    Raises SchemaBroken, and writes nothing, if one breaks what was released, by an earlier draft of this version too.
    """
    if found := broken(folder, now):
        raise SchemaBroken("\n".join(["not released, since senders rely on what stands there:", *found]))
    (folder / version).mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in now.items():
        path = folder / version / f"{name}.json"
        path.write_text(as_text(schema), encoding="utf-8")
        written.append(path)
    return written
