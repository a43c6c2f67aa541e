"""`rapport export`: what the tables show, and the log's old events, for other programs."""

from infra.cli import export_calendar, export_contacts, export_history
from infra.cli.export_group import export_app

__all__ = ["export_app", "export_calendar", "export_contacts", "export_history"]
