"""docs/operations.md describes every metric that a running process shows, and no other."""

import re
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from infra.bootstrap import open_rapport
from infra.cli import app
from infra.observing.metrics import Metrics
from infra.observing.watch import Watch
from tests.conftest import PROJECT

ROW = re.compile(r"^\| `((?:rapport|process)_\w+)` \| (\w+) \| (.*?) \| (.+) \|$", re.MULTILINE)


def shown(rapport_home: Path) -> dict[str, tuple[str, str, str]]:
    """Name → kind, labels and meaning of each metric of a process that watches a log with a dead letter."""
    metrics = Metrics()
    with open_rapport() as rapport:
        (rapport_home / "bad").write_text("{}\n")
        _refuse(rapport_home / "bad")
        metrics.registry.register(Watch(rapport.log, rapport.projector, "main"))
        families = list(metrics.registry.collect())
    declared = {family._name: family._labelnames for family in vars(metrics).values() if hasattr(family, "_labelnames")}
    return {
        family.name + ("_total" if family.type == "counter" else ""): (
            family.type,
            ", ".join(f"`{label}`" for label in declared.get(family.name) or _labels(family)),
            family.documentation.rstrip("."),
        )
        for family in families
    }


def _refuse(path: Path) -> None:
    assert CliRunner().invoke(app, ["ingest", str(path)]).exit_code == 3


def _labels(family: Any) -> list[str]:
    return [] if family.type == "histogram" else list(family.samples[0].labels)


def test_every_metric_is_described_as_it_is(rapport_home: Path) -> None:
    text = (PROJECT / "docs" / "operations.md").read_text()
    described = {name: (kind, labels, meaning) for name, kind, labels, meaning in ROW.findall(text)}
    assert described == shown(rapport_home)
