"""`import_to_tables`: how soon an imported file is in the tables, in seconds, on both databases.

Once from typing `rapport project` after the import, which counts the start of the program too; and once with a
projector that follows the log, from the time the last event was recorded.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from consumers.project.catch_up import catch_up
from infra.bootstrap import Rapport
from infra.demo.names import FIRM, FIRST, LAST
from infra.log.init import init_postgres
from tests.bench.measuring import BenchFailed, Line, in_turns, line, stopwatch
from tests.bench.spending import Spending
from tests.bench.workshop import Workshop, disk_of_postgres, rapport_at

NAME = "import_to_tables"
_RAPPORT = str(Path(sys.executable).with_name("rapport"))
_PROJECT = [_RAPPORT, "project", "--format", "json"]
_WANTED = ("under 1", lambda value, _: value < 1)
_PATIENCE = 120.0  # seconds that a projector may take for anything
_LOOK = 0.005  # seconds between two looks at what is published


def measure(shop: Workshop) -> list[Line]:
    """Import into an empty log, each time by the program itself, as typed."""
    with shop.scratch() as folder, shop.postgres() as url:
        people = folder / "people.csv"
        _write_people(people, shop.sizes.import_rows)
        disks = {"": shop.folder, ":postgres": disk_of_postgres(url, shop.folder)}
        lines = []
        for suffix, disk in disks.items():
            imports = _Imports(shop, people, shop.sizes.import_rows, on_postgres=bool(suffix))
            ways: dict[str, Callable[[], float]] = {"project": imports.project, "following": imports.follow}
            found = in_turns(ways, shop.runs, disk, shop.tell)
            start = found["project"].median - median(imports.inside)
            note = f"{shop.sizes.import_rows:,} rows; {start:.2f} s of it start and end the program"
            lines += [
                line(f"{NAME}{suffix}", "s", found["project"], wanted=_WANTED, note=note),
                line(f"{NAME}:following{suffix}", "s", found["following"], wanted=_WANTED),
            ]
            if shop.profile or not (lines[-1].met and lines[-2].met):
                imports.show_profile()
    return lines


@dataclass(slots=True)
class _Imports:
    """The same import into a fresh log, again and again. `inside` is what `rapport project` says it took."""

    shop: Workshop
    people: Path
    rows: int
    on_postgres: bool
    inside: list[float] = field(default_factory=list)

    def project(self) -> float:
        """Seconds from typing `rapport project` to its end, when readers see all rows."""
        with self._fresh() as shell:
            self._import(shell)
            with stopwatch() as watch:
                done = subprocess.run(
                    [_RAPPORT, "project", "--format", "json"], env=shell, capture_output=True, check=True
                )
            self.inside.append(float(json.loads(done.stdout)["seconds"]))
            with _rapport(shell) as rapport:
                self._check(rapport)
        return watch.seconds

    def follow(self) -> float:
        """Seconds from when the last event was recorded until a projector that follows the log has published it."""
        with self._fresh() as shell, _rapport(shell) as rapport, _following(shell, rapport):
            seen: list[tuple[datetime, int]] = []
            importing = subprocess.Popen(self._command(), env=shell, stdout=subprocess.DEVNULL)
            until = time.monotonic() + _PATIENCE
            while importing.poll() is None or seen[-1][1] < rapport.log.head():
                seen.append((datetime.now(UTC), rapport.projector.published()))
                time.sleep(_LOOK)
                if time.monotonic() > until:
                    raise BenchFailed(f"the projector did not publish an import within {_PATIENCE:.0f} seconds")
            head = rapport.log.head()
            recorded_at = rapport.log.read(head - 1, head, 1)[0].recorded_at
            self._check(rapport)
        return max(0.0, next(at for at, published in seen if published >= head).timestamp() - recorded_at / 1e6)

    def show_profile(self) -> None:
        """The same in this process, watched."""
        spending = Spending()
        with self._fresh() as shell, _rapport(shell) as rapport:
            self._import(shell)
            owner = rapport.projector.own()
            if owner is None:
                raise BenchFailed("nobody may own the tables of a scratch folder but we")
            with owner:
                for tables in owner.sets:
                    spending.watch(tables)
                with stopwatch() as watch:
                    catch_up(rapport.log, owner.sets)
        where = "PostgreSQL" if self.on_postgres else "files"
        spending.show(f"{NAME} in {where}: where the time goes once the program has begun", watch.seconds)

    @contextmanager
    def _fresh(self) -> Iterator[dict[str, str]]:
        """The environment of a shell with an empty log."""
        shell = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORT_")}
        with self.shop.scratch() as home:
            shell["RAPPORT_HOME"] = str(home)
            if not self.on_postgres:
                yield shell
                return
            with self.shop.postgres() as url:
                init_postgres(url)
                yield {**shell, "RAPPORT_STORE": url}

    def _command(self) -> list[str]:
        return [_RAPPORT, "import", str(self.people), "--map", "contacts", "--source", "bench"]

    def _import(self, shell: dict[str, str]) -> None:
        subprocess.run(self._command(), env=shell, stdout=subprocess.DEVNULL, check=True)

    def _check(self, rapport: Rapport) -> None:
        reader = rapport.open_reader(personal=False)
        found = reader.query("SELECT count(*) AS people FROM contact").rows[0][0]
        reader.close()
        if found != self.rows:
            raise BenchFailed(f"of {self.rows:,} people {found:,} are in the tables")


def _rapport(shell: dict[str, str]) -> Rapport:
    return rapport_at(Path(shell["RAPPORT_HOME"]), shell.get("RAPPORT_STORE", "sqlite"))


@contextmanager
def _following(shell: dict[str, str], rapport: Rapport) -> Iterator[None]:
    """A projector in a process of its own, once it follows the log."""
    process = subprocess.Popen([_RAPPORT, "run", "project"], env=shell, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + _PATIENCE
        while not rapport.projector.is_current():
            time.sleep(_LOOK)
            if process.poll() is not None or time.monotonic() > until:
                raise BenchFailed("the projector did not begin")
        yield
    finally:
        process.terminate()
        process.wait(_PATIENCE)


def _write_people(path: Path, count: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "email", "account", "owner", "created"])
        for number in range(count):
            first, last = FIRST[number % len(FIRST)], LAST[number // len(FIRST) % len(LAST)]
            mail = f"{first}.{last}.{number}@example.com".lower()
            account = f"{FIRM[number % len(FIRM)]} {number // 500}"
            created = f"2025-03-{number % 28 + 1:02}"
            writer.writerow([number, f"{first} {last}", mail, account, FIRST[number % 7], created])
