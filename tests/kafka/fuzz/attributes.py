"""Values that the attributes of a CloudEvent must not have: in structured JSON, and as headers of binary mode."""

from collections.abc import Mapping, Sequence
from typing import Any

from consumers.ingest.edge import KNOWN
from tests.kafka.fuzz.wrong import LEFT_OUT

_NO_TEXT: Sequence[Any] = (5, -1.5, True, [], {}, ["text"], "", "  ", "x" * 513, "nought\x00nought")
_TIMES = (
    "yesterday", "05/31/2024", "2024-05-31T09:30:00", "2024-02-30", "2023-02-29T00:00:00Z", "2024-05-31T25:00:00Z",
    "1899-12-31", "0001-01-01T00:00:00+12:00", "9999-12-31T23:59:59-12:00", "2999-01-01", "2024-05-31T09:30:00+25:00",
    "2024-5-1", "20240531", "1717147800", "2024-05-31T09:30:61Z", "T09:30:00Z", "-2024-05-31", "2024-05-31 UTC",
)  # fmt: skip
_NO_SEQUENCE = ("first", "1.5", "0x1", "--5", "1e5", "٣", "9" * 19 + "9", "-" + "9" * 20, "5 5")
_NO_SUBJECT = ("4711", ":", "::", "thing:crm:1", "nobody:mail:a@example.org", "contact", "contact:crm:", "deal::1")
_NO_TYPE = (
    "order created", "crm.deal.opend.v1", "crm.deal.opened", "crm.deal.opened.v0", "crm.deal.opened.v99", "CRM.DEAL.V1",
    "domain.deals.events.DealOpened", "crm..v1", "crm.deal.opened.v1 ", "crm.deal.opened.v٣",
)  # fmt: skip

WRONG_ATTRIBUTES: Mapping[str, Sequence[Any]] = {
    "specversion": (LEFT_OUT, None, "0.3", "1", "1.1", 1.0, 1, "", [], {}),
    "id": (LEFT_OUT, None, *_NO_TEXT),
    "source": (LEFT_OUT, None, *_NO_TEXT),
    "type": (LEFT_OUT, None, *_NO_TEXT, *_NO_TYPE),
    "subject": (LEFT_OUT, None, *_NO_TEXT, *_NO_SUBJECT, "activity:id:4711", "deal:id:4711", "contact:phone:none"),
    "time": (LEFT_OUT, None, 5, 1717147800, 1.5, True, [], {}, "", *_TIMES),
    "tenant": (5, True, [], {}, "", "another", "Main", "main "),
    "actor": _NO_TEXT,
    "correlationid": _NO_TEXT,
    "causationid": _NO_TEXT,
    "traceparent": _NO_TEXT,
    "sequence": (True, False, 1.5, 2**63, -(2**63) - 1, [], {}, "", *_NO_SEQUENCE),
    "timeprecision": (5, True, [], {}, "", "month", "Instant", "day"),  # the examples happen at half past
    "datacontenttype": (5, True, [], {}, "", "text/xml", "application/avro", "application/jsonx", "json"),
    "dataschema": (5, True, [], {}, "", " ", "x" * 2_049),
    "data": (5, 1.5, True, [], "text", [{}]),
    "data_base64": ("e30=", "", 5, None),
}

# Names that look like an attribute of ours and are none.
MISSPELT: Sequence[str] = sorted(
    spelt
    for name in KNOWN - {"id", "data", "type", "time"}
    for spelt in (name.upper(), f"{name}_", f"{name[:3]}-{name[3:]}")
)

_REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
_UNREADABLE = (b"\xff\xfe", b"caf\xe9", b"\x80", b"\xed\xa0\x80")
_TEXTS: Mapping[str, Sequence[str]] = {
    "ce_specversion": ("0.3", "1.1", "one"),
    "ce_type": _NO_TYPE,
    "ce_subject": _NO_SUBJECT,
    "ce_time": _TIMES,
    "ce_tenant": ("another", "Main"),
    "ce_sequence": _NO_SEQUENCE,
    "ce_timeprecision": ("month", "Instant"),
    "ce_id": ("x" * 513, "nought\x00nought", "  "),
    "ce_source": ("x" * 513, "nought\x00nought", "  "),
    "ce_actor": ("x" * 513, "nought\x00nought", "  "),
    "ce_correlation_id": ("c-1",),
    "content-type": ("text/plain", "application/avro", "application/cloudevents+avro", "application/octet-stream"),
}

# A header's name and its value: LEFT_OUT for none at all, None for a header without a value.
WRONG_HEADERS: Sequence[tuple[str, Any]] = [
    *((name, value) for name in _REQUIRED for value in (LEFT_OUT, None, b"", *_UNREADABLE)),
    *((name, text.encode()) for name, texts in _TEXTS.items() for text in texts),
    *((f"ce_{name}", value) for name in ("actor", "tenant", "sequence", "traceparent") for value in _UNREADABLE),
]
