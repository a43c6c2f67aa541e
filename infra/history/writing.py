"""Writing a segment: events are taken apart into facts as the projector does it, and copied out, sorted."""

import os
import shutil
from collections.abc import Iterable, Sequence
from hashlib import file_digest, sha256
from pathlib import Path

import duckdb
import msgspec

from domain.catalog import AREAS
from infra.history.segment import FORMAT, MANIFEST, File, Manifest, Segment, digest_of, marks_of, name_of
from infra.log.rows import LogRow
from infra.tables.batches import arrow_of
from projections.definition import create_fact, open_definition
from projections.facts.staging import fact_statements, stage_statement

_OPTIONS = "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)"


def made_by(timezone: str) -> str:
    """Changes whenever the files of a segment would hold something else."""
    definition = open_definition()
    statements = fact_statements("duckdb", AREAS, "personal.none")
    staged = stage_statement("duckdb", timezone, "incoming", personal=False, sealed=True)
    return sha256(f"{definition.facts} {statements} {staged}".encode()).hexdigest()[:32]


def write_segment(folder: Path, after: int, rows: Sequence[LogRow], timezone: str) -> Segment:
    """Write the events behind position `after` as a segment into `folder`; it is there whole or not at all."""
    last = rows[-1].position
    draft, final = folder / f".{name_of(after, last)}", folder / name_of(after, last)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    try:
        counts = _write_files(draft, rows, timezone)
        files = {path.name: File(counts[path.stem], _sha256(path)) for path in sorted(draft.glob("*.parquet"))}
        manifest = Manifest(FORMAT, after, last, len(rows), made_by(timezone), files, marks_of(rows), digest_of(rows))
        (draft / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        shutil.rmtree(final, ignore_errors=True)
        draft.replace(final)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return Segment(final)


def _write_files(folder: Path, rows: Sequence[LogRow], timezone: str) -> dict[str, int]:
    definition = open_definition()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'; CREATE SCHEMA rapport; CREATE SCHEMA personal")
        connection.execute("CREATE TABLE personal.none (tenant text, contact_id uuid, reference text)")
        connection.register("incoming", arrow_of(rows))
        opened = stage_statement("duckdb", timezone, "incoming", personal=False, sealed=True)
        connection.execute(f"CREATE TABLE staged AS {opened}")
        counts = {"events": _copy(connection, "SELECT * EXCLUDE (personal) FROM staged", folder / "events.parquet")}
        areas = [area for (area,) in connection.execute("SELECT DISTINCT area FROM staged").fetchall()]
        statements = fact_statements("duckdb", areas, "personal.none")
        for fact in definition.facts:
            if fact.name in statements:
                # Through a table, so that the types are those of the facts.
                connection.execute(create_fact(definition, fact))
                connection.execute(f"INSERT INTO {definition.name_of(fact)} {statements[fact.name]}")
                select = f"SELECT * FROM {definition.name_of(fact)}"
                counts[fact.name] = _copy(connection, select, folder / f"{fact.name}.parquet")
    return counts


def _copy(connection: duckdb.DuckDBPyConnection, select: str, path: Path) -> int:
    where = str(path).replace("'", "''")
    row = connection.execute(f"COPY ({select} ORDER BY position) TO '{where}' {_OPTIONS}").fetchone()
    return int(row[0]) if row else 0


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        os.fsync(content.fileno())  # the manifest says it is there
        return file_digest(content, "sha256").hexdigest()


def forget(segments: Iterable[Segment]) -> None:
    """Remove segments."""
    for segment in segments:
        shutil.rmtree(segment.folder, ignore_errors=True)
