"""`publish`: showing readers a new copy of the embedded tables, by copy and rename; milliseconds for both files."""

import shutil

from consumers.project.catch_up import STAGED_BATCH
from infra.publishing.embedded import EmbeddedOwner
from infra.publishing.places import Places
from tests.bench.measuring import BenchFailed, Line, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, rapport_at

NAME = "publish"
_SETS = ("main", "personal")


def measure(shop: Workshop) -> list[Line]:
    """Publish the tables of a log again and again."""
    log = shop.home(shop.sizes.ingest) / "log.sqlite"
    keys = log.parent / "keys"
    with shop.scratch() as home:
        shutil.copytree(keys, home / "keys")
        shutil.copyfile(log, home / "log.sqlite")
        with rapport_at(home) as rapport:
            owner = rapport.projector.own()
            if not isinstance(owner, EmbeddedOwner):
                raise BenchFailed("nobody may own the tables of a scratch folder but we")
            with owner:
                head = rapport.log.head()
                for tables in owner.sets:
                    while tables.staged < head:
                        tables.stage(head, STAGED_BATCH)
                    for _ in tables.compute():
                        pass
                found = in_turns({NAME: lambda: _publish(owner)}, shop.runs, home, shop.tell)
        size = sum(Places(home).public(name).stat().st_size for name in _SETS) / 1e6
    return [line(NAME, "ms", found[NAME], note=f"{size:,.1f} MB")]


def _publish(owner: EmbeddedOwner) -> float:
    with stopwatch() as watch:
        for name in _SETS:
            owner._files[name].publish()
    return watch.seconds * 1e3
