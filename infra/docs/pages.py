"""Every generated page: its file under docs/ and its text."""

from infra.docs.asyncapi import asyncapi_document
from infra.docs.cli import cli_page
from infra.docs.events import events_page
from infra.docs.settings import settings_page
from infra.docs.tables import tables_page
from infra.schemas.released import as_text, current_schemas


def pages() -> dict[str, str]:
    """File name → text of every generated page."""
    return {
        "events.md": events_page(),
        "tables.md": tables_page(),
        "settings.md": settings_page(),
        "cli.md": cli_page(),
        "asyncapi.json": as_text(asyncapi_document()),
        **{f"schemas/{name}.json": as_text(schema) for name, schema in current_schemas().items()},
    }
