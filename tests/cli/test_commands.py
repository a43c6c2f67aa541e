"""Commands are loaded when they are asked for, so what is offered is written down, and must be what there is."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import infra.cli
from infra.cli.app import app
from infra.cli.commands import COMMANDS

FOLDER = Path(infra.cli.__file__).parent
_MAKES_COMMANDS = re.compile(r"^@(?:app|dead_letters|diff_app)\.command|^app\.add_typer", re.MULTILINE)


def test_every_module_that_makes_a_command_is_named() -> None:
    making = {path.stem for path in FOLDER.glob("*.py") if _MAKES_COMMANDS.search(path.read_text())}
    # A group of its own stands in a module that the one named for it imports, with its commands.
    making = {module.removesuffix("_group") for module in making}

    assert making == {module for modules in COMMANDS.values() for module in modules}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_name_is_the_command_of_that_name(name: str) -> None:
    group = typer.main.get_group(app)

    assert group.get_command(None, name).name == name  # type: ignore[arg-type, union-attr]


def test_one_command_does_not_load_the_others() -> None:
    loads = "import sys; from infra.cli import app; app(['timeline', '--help'], standalone_mode=False);"
    loads += "print([m for m in ('infra.cli.import_', 'infra.kafka', 'pyarrow', 'kafka') if m in sys.modules])"

    shown = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)

    assert shown.stdout.splitlines()[-1] == "[]"


def test_a_group_is_whole_whichever_command_was_loaded_before() -> None:
    """The demo's modules load a part of the figures' group."""
    loads = "import typer; from infra.cli import app; typer.main.get_group(app).get_command(None, 'demo');"
    loads += "print(sorted(typer.main.get_group(app).get_command(None, 'kpi').commands))"

    shown = subprocess.run([sys.executable, "-c", loads], capture_output=True, text=True, check=True)

    assert shown.stdout.strip() == "['activity', 'funnel', 'sales', 'service']"
