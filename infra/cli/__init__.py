"""The one program, `rapport`: each command in a file of its own, gathered here."""

from infra.cli import (
    dead_letters,
    dead_letters_retry,
    demo,
    do,
    events,
    import_,
    ingest,
    init,
    kpi,
    pipeline,
    project,
    rebuild,
    run,
    sql,
    status,
    tickets,
    timeline,
)
from infra.cli.app import app

__all__ = [
    "app",
    "dead_letters",
    "dead_letters_retry",
    "demo",
    "do",
    "events",
    "import_",
    "ingest",
    "init",
    "kpi",
    "pipeline",
    "project",
    "rebuild",
    "run",
    "sql",
    "status",
    "tickets",
    "timeline",
]
