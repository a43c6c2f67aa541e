"""The one program, `rapport`: each command in a file of its own, gathered here."""

from infra.cli.app import app

__all__ = ["app"]
