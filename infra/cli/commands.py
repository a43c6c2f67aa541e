"""Every command on one screen: its name, and the modules of this folder that make it.

They are imported when their command is called: whoever asks for a timeline need not wait for what imports files.
"""

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "init": ("init",),
    "demo": ("demo",),
    "ingest": ("ingest",),
    "import": ("import_",),
    "events": ("events",),
    "topics": ("topics",),
    "publish": ("publish",),
    "run": ("run",),
    "project": ("project",),
    "do": ("do",),
    "contact": ("contact",),
    "timeline": ("timeline",),
    "agenda": ("agenda",),
    "pipeline": ("pipeline",),
    "diff": ("diff", "diff_tables"),
    "explain": ("explain",),
    "tickets": ("tickets",),
    "kpi": ("kpi",),
    "sql": ("sql",),
    "export": ("export",),
    "status": ("status",),
    "rebuild": ("rebuild",),
    "void": ("void",),
    "model": ("model",),
    "history": ("history",),
    "dead-letters": ("dead_letters", "dead_letters_retry"),
    "keys": ("keys",),
}
