"""The referee of product."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.properties.folds.said import in_order
from tests.properties.history import Recorded

DETAILS = ("name", "family", "price", "currency")


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per product that has events of its own."""
    products: dict[tuple[str, UUID], dict[str, Any]] = {}
    for event in in_order(events):
        if event.area != "product":
            continue
        known = {"tenant": event.tenant, "product_id": event.subject_id, "status": "unknown"}
        product = products.setdefault((event.tenant, event.subject_id), known | dict.fromkeys(("reference", *DETAILS)))
        if not event.open_subject.startswith("product:id:"):
            product["reference"] = event.open_subject
        for detail in DETAILS:
            if (value := getattr(event.envelope.data, detail, None)) is not None:
                product[detail] = value
        if event.action in {"listed", "withdrawn"}:
            product["status"] = event.action
    return list(products.values())
