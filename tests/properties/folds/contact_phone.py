"""The referee of contact_phone."""

from collections.abc import Sequence
from typing import Any

from tests.properties.folds.ways_to_reach import rows_of
from tests.properties.history import Recorded


def rows(events: Sequence[Recorded]) -> list[dict[str, Any]]:
    """One row per person and telephone number."""
    return rows_of(events, "phone")
