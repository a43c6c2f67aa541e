"""The one program, `rapport`: each command in a file of its own, which commands.py names."""

from infra.cli.app import app

__all__ = ["app"]
