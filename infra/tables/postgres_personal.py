"""What is personal in a batch of events, opened here, where the keys are, for the server to stage."""

from collections.abc import Callable, Sequence

import psycopg

UNSEALED = "unsealed"
COLUMNS = {"position": "bigint", "personal": "text"}
Unseal = Callable[[Sequence[str], Sequence[bytes | memoryview]], Sequence[bytes | None]]


def open_personal(connection: psycopg.Connection, batch: str, unseal: Unseal) -> list[tuple[int, str]]:
    """What is personal in the stored events that `batch`, a condition, names: the rows for the table UNSEALED."""
    with connection.cursor(binary=True) as cursor:
        found = cursor.execute(
            f"SELECT notification_id, tenant, state FROM rapport.stored_events WHERE {batch}".encode()
        ).fetchall()
    if not found:
        return []
    positions, tenants, states = zip(*found, strict=True)
    opened = zip(positions, unseal(tenants, states), strict=True)
    return [(position, personal.decode()) for position, personal in opened if personal is not None]
