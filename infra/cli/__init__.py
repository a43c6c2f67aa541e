"""The one program, `rapport`: each command in a file of its own, gathered here."""

from infra.cli import do, events
from infra.cli.app import app

__all__ = ["app", "do", "events"]
