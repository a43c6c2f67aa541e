"""`sealing`: what ingesting an event takes, in microseconds, beside the same without keys, ciphers and boxes."""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import partial

from infra.cli.app import collect_seldom
from infra.log.init import init_postgres
from infra.log.sealing import Sealing
from infra.log.state import Encoded
from tests.bench.measuring import Line, in_turns, line, stopwatch
from tests.bench.workshop import Workshop, disk_of_postgres, ingest, rapport_at

NAME = "sealing"
_SEALED, _OPEN = "sealed", "the same in the open"
_MOST = 1.25
_WANTED = (f"at most {_MOST} times", lambda _, ratio: ratio is not None and ratio <= _MOST)


def measure(shop: Workshop) -> list[Line]:
    """Both on SQLite and on PostgreSQL, each time into a fresh log with a fresh store of keys."""
    lines = []
    with shop.postgres() as url:
        disk = disk_of_postgres(url, shop.folder)
    for store in ("sqlite", "postgres"):
        found = in_turns(
            {
                _SEALED: partial(_ingest, shop, store, sealed=True),
                _OPEN: partial(_ingest, shop, store, sealed=False),
            },
            shop.runs,
            shop.folder if store == "sqlite" else disk,
            shop.tell,
        )
        lines.append(line(f"{NAME}:{store}", "µs/event", found[_SEALED], (_OPEN, found[_OPEN]), wanted=_WANTED))
    return lines


class _InTheOpen(Sealing):
    """What sealing is measured against: personal parts are stored as they are. There is no setting for it."""

    def seal(self, tenant: str, events: Sequence[Encoded]) -> list[bytes]:  # noqa: ARG002 - as Sealing has it
        """The states with their parts in the open."""
        return [
            b'%b,"personal":[%b]}' % (event.open[:-1], b",".join(part.content for part in event.parts))
            if event.parts
            else event.open
            for event in events
        ]


def _ingest(shop: Workshop, store: str, *, sealed: bool) -> float:
    path = shop.lines(shop.sizes.ingest)
    collect_seldom()  # as the program does when it begins
    with shop.postgres() if store == "postgres" else nullcontext(store) as url, shop.scratch() as home:
        if store == "postgres":
            init_postgres(url)
        with rapport_at(home, url) as rapport:
            if not sealed:
                rapport.sealing = _InTheOpen(rapport.keystore)
            with stopwatch() as watch:
                summary = ingest(rapport, path)
    return watch.seconds / summary.taken * 1e6
