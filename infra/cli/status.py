"""`rapport status`: how far log and tables are, and what needs a person's attention."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from infra.bootstrap import Rapport, open_rapport
from infra.cli.app import app
from infra.cli.consumers import COLUMNS, read_of_topics
from infra.cli.model_state import model_state, published_models
from infra.cli.output import Format, FormatOption, as_json, show
from infra.cli.reading import open_allowed
from projections.header import ModelRefused
from projections.model import Model, load_models


@app.command("status")
def status(form: FormatOption = Format.TABLE) -> None:
    """Show how far the tables are behind the log, and the log behind the topics; dead letters, and rows of each table.

    It changes nothing and catches up with nothing.
    """
    with open_rapport() as rapport:
        models, refused = _models(rapport.settings.models)
    # What is published can be told without models that are refused.
    settings = rapport.settings.model_copy(update={"models": None}) if refused else rapport.settings
    with Rapport(settings, dropped=not refused) as rapport:
        found = _status(rapport, models)
    if refused:
        found["models"] = f"refused: {refused}"
    if form is Format.JSON:
        typer.echo(as_json(found))
        return
    tables, consumers, shadows = (found.pop(name) for name in ("tables", "consumers", "shadows"))
    rows = [{"what": name, "is": value} for name, value in found.items()]
    if form is Format.CSV:
        rows += [{"what": f"rows of {name}", "is": count} for name, count in tables.items()]
        rows += [{"what": f"position of shadow {one['name']}", "is": one["position"]} for one in shadows]
        for one in consumers:
            place = f"{one['topic']}[{one['partition']}]"
            rows += [
                {"what": f"{name} of {place}", "is": one[name]} for name in ("offset", "messages_behind", "claims")
            ]
        show(rows, form, ("what", "is"))
        return
    show(rows, form, ("what", "is"))
    if consumers:
        show(consumers, form, COLUMNS, "Topics, as far as the log has read them")
    if shadows:
        told = [{**one, "models": ", ".join(one["models"])} for one in shadows]
        show(told, form, ("name", "position", "models"), "Shadows")
    if tables:
        show([{"table": name, "rows": count} for name, count in tables.items()], form, ("table", "rows"), "Tables")


def _models(own: Path | None) -> tuple[Sequence[Model], str | None]:
    """The models as they stand now, and why the user's own are left out, if they are."""
    try:
        return load_models(own), None
    except ModelRefused as refused:
        return load_models(dropped=False), str(refused)


def _status(rapport: Rapport, models: Sequence[Model]) -> dict[str, Any]:
    settings, projector = rapport.settings, rapport.projector
    head, counts = rapport.log.head(), rapport.log.count(settings.tenant)
    published = projector.published()
    brokers, consumers = read_of_topics(rapport)
    found: dict[str, Any] = {
        "store": "postgresql" if settings.on_postgres else str(settings.home),
        "tenant": settings.tenant,
        "events": counts.events,
        "head": head,
        "position": published,
        "lag": max(0, head - published),
        "dead_letters": counts.open_dead_letters,
        "contradictions": 0,
        "projector": projector.owner(),
        "models": None,
        "recorded_at": None,
        "applied_at": None,
        "brokers": brokers,
        "consumers": consumers,
        "shadows": [],
        "tables": {},
    }
    if published:
        _add_tables(rapport, found, models)
    found["shadows"] = [
        {"name": one.name, "position": one.position, "models": list(one.models)} for one in rapport.shadows.listed()
    ]
    return found


def _add_tables(rapport: Rapport, found: dict[str, Any], models: Sequence[Model]) -> None:
    tenant = rapport.settings.tenant
    reader, personal = open_allowed(rapport, personal=True)
    try:
        published = published_models(reader)
        found["models"] = model_state(models, published)
        schemas = {"crm", "personal"} if personal else {"crm"}
        there = [m for m in models if m.own is None or m.name in published]
        tables = [m for m in there if not m.is_view and m.schema in schemas]
        counting = " UNION ALL ".join(
            f"SELECT {n} AS n, count(*) AS rows FROM {m.qualified} WHERE tenant = $1" for n, m in enumerate(tables)
        )
        counted = dict(reader.query(counting, [tenant]).rows)
        names = [m.table if m.schema == "crm" else m.qualified for m in tables]
        found["tables"] = dict(sorted((name, counted[n]) for n, name in enumerate(names)))
        found["contradictions"] = found["tables"].get("contradiction", 0)
        fresh = reader.query("SELECT recorded_at, applied_at FROM freshness WHERE tenant = $1", [tenant]).rows
        if fresh:
            found["recorded_at"], found["applied_at"] = fresh[0]
    finally:
        reader.close()
