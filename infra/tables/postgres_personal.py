"""What is personal in a batch of events, opened here, where the keys are, for the server to stage."""

from collections.abc import Callable, Sequence

import psycopg

UNSEALED = "unsealed"
_TABLE = f"CREATE TEMP TABLE IF NOT EXISTS {UNSEALED} (position bigint, personal text) ON COMMIT DELETE ROWS"
_COPY = f"COPY {UNSEALED} (position, personal) FROM STDIN (FORMAT BINARY)"
Unseal = Callable[[Sequence[str], Sequence[bytes]], Sequence[bytes | None]]


def open_personal(connection: psycopg.Connection, batch: str, unseal: Unseal) -> None:
    """Let the temporary table UNSEALED hold what is personal in the stored events that `batch`, a condition, names.

    It lasts until the transaction ends, and only this session sees it.
    """
    connection.execute(_TABLE.encode())
    with connection.cursor(binary=True) as cursor:
        found = cursor.execute(
            f"SELECT notification_id, tenant, state FROM rapport.stored_events WHERE {batch}".encode()
        ).fetchall()
        if not found:
            return
        positions, tenants, states = zip(*found, strict=True)
        opened = unseal(tenants, states)
        with cursor.copy(_COPY.encode()) as copy:
            copy.set_types(["int8", "text"])
            for position, personal in zip(positions, opened, strict=True):
                if personal is not None:
                    copy.write_row((position, personal.decode()))
