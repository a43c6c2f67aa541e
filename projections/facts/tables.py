"""Every fact table: its schema, its columns, and the columns it is looked up by."""

from dataclasses import dataclass

from domain.catalog import AREAS
from projections.facts.columns import (
    AMOUNT,
    COMMON,
    PROBABILITY,
    Column,
    data_columns,
    fact_columns,
    normal_columns,
    personal_columns,
)

# An id that was taken back and then taken in again has an event at each of two positions.
KEY = ("tenant", "event_id", "position")
_COMMON = {column.name: column for column in COMMON}


@dataclass(frozen=True, slots=True)
class FactTable:
    """A fact table. `key` is unique; `indexes` are what PostgreSQL finds rows by (DuckDB scans)."""

    schema: str
    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def qualified(self) -> str:
        """The table's full name."""
        return f"{self.schema}.{self.name}"


def _of_area(area: str) -> FactTable:
    # An activity is a thing of its own, and found by its day.
    found_by = ("tenant", "occurred_on") if area == "activity" else ("tenant", "thing_id")
    by_contact = (("tenant", "main_contact_id"),) if area in {"meeting", "order", "subscription", "task"} else ()
    indexes = (found_by, *by_contact, ("position",))
    return FactTable("rapport", f"fact_{area}", fact_columns(area), KEY, indexes)


def _common(*names: str) -> tuple[Column, ...]:
    return tuple(_COMMON[name] for name in names)


def _plain(**types: str) -> tuple[Column, ...]:
    return tuple(Column(name, sql_type, "event", name) for name, sql_type in types.items())


CONCERN = FactTable(
    "rapport",
    "fact_concern",
    (
        *_common("tenant", "event_id", "position", "thing_id", "occurred_at"),
        *_plain(area="text", contact_id="uuid", reference="text", ordinal="bigint"),
    ),
    (*KEY, "contact_id", "ordinal"),
    (("tenant", "contact_id"), ("tenant", "thing_id"), ("position",)),
)
PIPELINE_STAGE = FactTable(
    "rapport",
    "fact_pipeline_stage",
    (
        *_common("tenant", "event_id", "position", "thing_id", "action", "occurred_at", "sequence"),
        *_plain(ordinal="bigint", stage="text", kind="text", probability=PROBABILITY),
    ),
    (*KEY, "ordinal"),
    (("tenant", "thing_id"), ("position",)),
)
DOUBT = FactTable(
    "rapport",
    "fact_doubt",
    (
        *_common("tenant", "event_id", "position", "thing_id", "subject", "event_type", "occurred_at"),
        *_plain(area="text", field="text", doubt="text"),
    ),
    (*KEY, "field"),
    (("tenant", "thing_id"), ("position",)),
)
ORDER_LINE = FactTable(
    "rapport",
    "fact_order_line",
    (
        *_common("tenant", "event_id", "position", "thing_id", "action", "occurred_at", "sequence"),
        *_plain(area="text", ordinal="bigint", product="text", product_id="uuid", label="text"),
        *_plain(quantity=AMOUNT, unit_price=AMOUNT, discount=PROBABILITY, amount=AMOUNT),
    ),
    (*KEY, "ordinal"),
    (("tenant", "thing_id"), ("tenant", "product_id"), ("position",)),
)
THREAD_LINK = FactTable(
    "rapport",
    "fact_thread_link",
    (
        *_common("tenant", "event_id", "position", "occurred_at"),
        *_plain(node_id="uuid", other_id="uuid", other_kind="text"),
    ),
    (*KEY, "other_id"),
    (("tenant", "node_id"), ("tenant", "other_id"), ("position",)),
)
IDENTITY = FactTable(
    "rapport",
    "fact_identity",
    (
        *_common("tenant", "event_id", "position", "occurred_at", "sequence"),
        *_plain(contact_id="uuid", other_id="uuid", linked="boolean"),
    ),
    (*KEY, "contact_id"),
    (("tenant", "contact_id"), ("position",)),
)
PERSON = FactTable(
    "personal",
    "fact_person",
    (
        *(*COMMON, *data_columns("contact"), *personal_columns("contact"), *normal_columns("contact")),
        *_plain(personal_custom="text"),
    ),
    KEY,
    (("tenant", "thing_id"), ("position",)),
)
TEXT = FactTable(
    "personal",
    "fact_text",
    (
        *_common(
            "tenant", "event_id", "position", "recorded_at", "event_type", "action", "thing_id", "subject",
            "occurred_at", "time_precision", "sequence", "actor",
        ),
        *_plain(area="text", about="text", about_id="uuid", subject_line="text", body="text"),
        *_plain(location="text", tracking="text", custom="text"),
    ),
    KEY,
    (("tenant", "thing_id"), ("position",)),
)  # fmt: skip
CONTACT_KEY = FactTable(
    "personal",
    "fact_contact_key",
    (*_common("tenant", "event_id", "position", "occurred_at"), *_plain(contact_id="uuid", reference="text")),
    (*KEY, "contact_id", "reference"),
    (("tenant", "contact_id"), ("position",)),
)
VOID = FactTable(
    "rapport",
    "fact_void",
    (
        *_common("tenant", "event_id", "position", "recorded_at", "action", "thing_id", "occurred_at", "actor"),
        *(Column(name, "text", "data", key) for name, key in (("reason", "reason"), ("selected_by", "of"))),
        *(Column("selected", "text", "data", "what"), Column("events", "bigint", "data", "events")),
    ),
    KEY,
    (("tenant", "thing_id"), ("position",)),
)
VOIDED = FactTable(
    "rapport",
    "fact_voided",
    (*_common("tenant", "event_id", "position", "thing_id"), *_plain(voided="bigint")),
    (*KEY, "voided"),
    (("tenant", "voided"), ("tenant", "thing_id"), ("position",)),
)

AREA_FACTS: dict[str, FactTable] = {area: _of_area(area) for area in AREAS}
OPEN_FACTS: tuple[FactTable, ...] = (
    *AREA_FACTS.values(), CONCERN, PIPELINE_STAGE, DOUBT, ORDER_LINE, THREAD_LINK, IDENTITY, VOID, VOIDED,
)  # fmt: skip
VOID_FACTS: tuple[FactTable, ...] = (VOID, VOIDED)  # without which nobody can say what stands
PERSONAL_FACTS: tuple[FactTable, ...] = (PERSON, TEXT, CONTACT_KEY)
ALL_FACTS: dict[str, FactTable] = {fact.name: fact for fact in (*OPEN_FACTS, *PERSONAL_FACTS)}

__all__ = ["ALL_FACTS", "AMOUNT", "AREA_FACTS", "OPEN_FACTS", "PERSONAL_FACTS", "FactTable"]
