"""docs/cli.md: every command with its options, as `--help` says them."""

import re
from importlib import import_module
from typing import Any

import typer

from infra.cli import app
from infra.cli.commands import COMMANDS
from infra.docs.markdown import page, table

_INTRO = """\
One program, `rapport`. Exit codes: 0 all taken, 1 failure, 2 usage, 3 some in the dead letters. `rapport
COMMAND --help` says the same as this page."""
_MARKUP = re.compile(r"\[/?(?:bold|dim|cyan|green|yellow|red|italic)\]")


def cli_page() -> str:
    """The text of docs/cli.md."""
    for modules in COMMANDS.values():  # all at once: one that loads a part of another's group would be taken for it
        for module in modules:
            import_module(f"infra.cli.{module}")
    return page("Commands", _INTRO, *_parts(typer.main.get_command(app), "rapport"))


def _parts(command: Any, path: str) -> list[str]:
    """A part per command, those of a group in order of name. Typer has command classes of its own, so `Any`."""
    if not hasattr(command, "list_commands"):
        return [_part(command, path)]
    parts = []
    for name in sorted(command.list_commands(None)):
        child = command.get_command(None, name)
        if child is not None and not child.hidden:
            parts += _parts(child, f"{path} {name}")
    return parts


def _part(command: Any, path: str) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden and p.name != "help"]
    usage = " ".join([path, *(p.metavar or p.name.upper() for p in arguments)])
    text = f"## `{usage}`\n\n{_plain(command.help)}"
    rows = [(", ".join(f"`{o}`" for o in p.opts), _default(p), _plain(p.help)) for p in options]
    return f"{text}\n\n{table(('option', 'default', 'meaning'), rows)}" if rows else text


def _plain(text: str | None) -> str:
    return _MARKUP.sub("", text or "").strip()


def _default(option: Any) -> str:
    if option.default in (None, (), "") or getattr(option, "is_flag", False) or callable(option.default):
        return ""
    return f"`{getattr(option.default, 'value', option.default)}`"
