"""Changed models, and what is to be seen of a shadow."""

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg

from tests.project.given import Program

# A deal that is a lead is as likely to be won as one with an offer: in the present, and in the past.
LIKELIER = {
    "pipeline_stage": "\n    probability,\n → \n"
    "    CASE WHEN stage_key = 'Lead' THEN CAST(0.5 AS decimal(5, 4)) ELSE probability END AS probability,\n",
    "pipeline_stage_probability": "\n    probability\nFROM said → \n"
    "    CASE WHEN stage = 'Lead' THEN CAST(0.5 AS decimal(5, 4)) ELSE probability END AS probability\nFROM said",
}
# Who resolves a ticket has answered it.
RESOLVED_IS_ANSWERED = {
    "ticket_history": "FILTER (WHERE action = 'agent_replied') OVER whole → "
    "FILTER (WHERE action IN ('agent_replied', 'resolved')) OVER whole"
}


def copied(program: Program, name: str, folder: Path, change: str = "") -> Path:
    """A copy of a model's folder, with one piece of its SQL changed: `old → new`."""
    shutil.rmtree(folder / name, ignore_errors=True)
    done = program("model", "copy", name, str(folder))
    assert done.exit_code == 0, done.stderr
    if change:
        file = folder / name / "model.sql"
        old, _, new = change.partition(" → ")
        text = file.read_text()
        assert text.count(old) == 1, old
        file.write_text(text.replace(old, new))
    return folder / name


def built(program: Program, folder: Path, name: str = "likelier") -> Any:
    """What `rapport rebuild --shadow` tells."""
    return program.json("rebuild", "--shadow", name, "--models", str(folder))


def by_table(told: Any) -> dict[str, Any]:
    """The lines of `rapport diff tables` by table."""
    return {line["table"]: line for line in told["tables"]}


def left_behind(program: Program) -> list[str]:
    """What there is of shadows: files, locks excepted, or schemas."""
    if (store := os.environ.get("RAPPORT_STORE")) is None:
        return sorted(
            str(path.relative_to(program.home))
            for path in (program.home / "projector" / "shadows").rglob("*")
            if path.is_file() and path.name != "lock"
        )
    with psycopg.connect(store) as connection:
        schemas = "SELECT nspname FROM pg_namespace WHERE nspname ~ '_(shadow|making|gone)_' ORDER BY 1"
        return [name for (name,) in connection.execute(schemas)]
