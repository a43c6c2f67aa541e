"""Models of the user's own: a folder of folders like those of projections/, each with `model.sql` and `checks.sql`.

What can be told of one without a database is looked at here, so that whoever loads them finds them sound. What its SQL
does, infra/models/ looks at, before anything is computed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from projections.checks import read_checks
from projections.facts.tables import ALL_FACTS, PERSONAL_FACTS
from projections.header import Header, ModelRefused, read_header
from projections.measures import EACH, SINGLE
from projections.model import Model, Own, check_made_of, parse_model

PERSONAL_RULE = "what reads it must not stand outside the schema personal"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_OURS = re.compile(r"(fact|standing|touched|changed|pg)_|(staged|applied|taken_back|incoming|unsealed|progress|model)$")
_WORDS = {"table", "view", "about", "key", "grain", "reads", "looks up", "spreads", "index", "sorted", *SINGLE}
_ONCE = {"table", "view", "about", "key", "grain", "spreads", "sorted", *SINGLE}


def read_own(folders: Sequence[Path], ours: Sequence[Model]) -> list[Model]:
    """The models in these folders, or in the folders in them. Raises ModelRefused for one that can't be used."""
    models: list[Model] = []
    for folder in folders:
        models += [_read(one, (*ours, *models)) for one in folders_in(folder)]
    known = {model.name: model for model in (*ours, *models)}
    facts = {fact.name: [column.name for column in fact.columns] for fact in ALL_FACTS.values()}
    for model in models:
        if model.own:
            check_sources(model, model.own.header, known)
            check_made_of(model, model.own.header, known, facts)
    return models


def folders_in(folder: Path) -> list[Path]:
    """The models' folders in a folder, or itself if it is one. Raises ModelRefused for what can't be listed."""
    if (folder / "model.sql").exists():
        return [folder]
    try:
        return sorted(one for one in folder.iterdir() if one.is_dir() and not one.name.startswith((".", "__")))
    except OSError as error:
        raise ModelRefused(f"{folder} can't be read: {(error.strerror or str(error)).lower()}") from None


def _read(folder: Path, ours: Sequence[Model]) -> Model:
    file, beside = folder / "model.sql", folder / "checks.sql"
    text = text_of(file)
    header = read_header(str(file), text)
    model = parse_model(folder.name, header)
    check_name(model, header, ours)
    check_header(model, header)
    if not beside.is_file():
        raise ModelRefused(f"{beside}, line 1: it is missing: write queries that must return no row")
    if (folder / "parts.sql").exists():
        raise ModelRefused(f"{folder / 'parts.sql'}, line 1: in a model of your own `sums:` says what explains it")
    checked = text_of(beside)
    own = Own(header, read_checks(str(beside), checked), f"{text}\n{checked}")
    return replace(model, own=own)


def text_of(file: Path) -> str:
    """The text of a file. Raises ModelRefused if it can't be read."""
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ModelRefused(f"{file}, line 1: it can't be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ModelRefused(f"{file}, line {line}: it is no text in UTF-8") from None


def check_name(model: Model, header: Header, ours: Sequence[Model]) -> None:
    """Refuse a new model that is not called as it may be."""
    at = header.line("table", "view")
    if model.schema != "crm":
        raise header.refused(at, f"tables of your own stand in the schema crm, and none in {model.schema}")
    if not _NAME.fullmatch(model.name) or _OURS.match(model.name):
        raise header.refused(at, f"a folder can't be called {model.name}; write small letters, digits and _")
    taken = next((one for one in ours if model.table in {one.name, one.table}), None)
    if taken is not None:
        raise header.refused(at, f"there is a model {taken.name} already, with the table {taken.qualified}")
    if model.table != model.name:
        raise header.refused(at, f"the table is called as its folder is: crm.{model.name}")


def check_header(model: Model, header: Header) -> None:
    """Refuse a header with words that it can't have, without some that it needs, or with undescribed columns."""
    for word, said in header.words.items():
        if word not in _WORDS and word.partition(" ")[0] not in EACH:
            near = get_close_matches(word, [*_WORDS, "column"], n=1)
            raise header.refused(said[0].line, f"`{word}:` is no word of a header{f', {near[0]}: is' if near else ''}")
        if (word in _ONCE or " " in word) and word != "looks up" and len(said) > 1:
            raise header.refused(said[1].line, f"`{word}:` stands twice")
    if "table" in header.words and "view" in header.words:
        raise header.refused(header.line("view"), "it is a `table:` or a `view:`, not both")
    for word in ("reads",) if model.is_view else ("key", "reads"):
        if word not in header.words:
            raise header.refused(header.line("table", "view"), f"the header needs `{word}:`")
    _check_lists(model, header)


def _check_lists(model: Model, header: Header) -> None:
    lists: dict[str, Sequence[str]] = {
        "key": model.key,
        "grain": model.grain,
        "spreads": model.spreads,
        "sorted": model.sorted_by,
    }
    for word, columns in (*lists.items(), *(("index", columns) for columns in model.indexes)):
        for column in columns:
            if column not in model.columns:
                raise header.refused(header.line(word), f"`{word}:` names {column}, and there is no `column {column}:`")
    for word in ("grain",) if model.is_view else ("key", "grain"):
        if lists[word][:1] != ("tenant",):
            raise header.refused(header.line(word), f"`{word}:` begins with tenant, in every table")


def check_sources(model: Model, header: Header, known: Mapping[str, Model]) -> None:
    """Refuse sources that are personal, not there, or named with columns that they do not have."""
    for table, line in _named(model, header):
        _check_source(model, header, known, table, line)
    for read, said in zip(model.reads, header.words["reads"], strict=True):
        _check_columns(header, known, read.table, read.columns, said.line)
        if not model.is_view and len(read.columns) != len(model.key):
            counts = f"{len(read.columns)} columns of {read.table}, and the key has {len(model.key)}"
            raise header.refused(said.line, f"it names {counts}: they stand for each other, in order")
    for lookup, said in zip(model.lookups, header.words.get("looks up", ()), strict=True):
        _check_columns(header, known, lookup.table, lookup.columns, said.line)
        _check_columns(header, known, lookup.through, (*lookup.matches, *lookup.keys), said.line)
        if lookup.through not in {*model.sources, model.name}:
            raise header.refused(said.line, f"{lookup.through} is not read: write `reads: {lookup.through}(…)` too")
        if len(lookup.columns) != len(lookup.matches) or len(lookup.keys) != len(model.key):
            counts = f"{len(lookup.columns)} → {len(lookup.matches)} columns and {len(lookup.keys)} of the key"
            raise header.refused(said.line, f"it names {counts}, which has {len(model.key)}: their counts must fit")


def _named(model: Model, header: Header) -> Iterator[tuple[str, int]]:
    """Every table that the header names, and where."""
    for read, said in zip(model.reads, header.words["reads"], strict=True):
        yield read.table, said.line
    for lookup, said in zip(model.lookups, header.words.get("looks up", ()), strict=True):
        yield lookup.table, said.line
        yield lookup.through, said.line


def _check_source(model: Model, header: Header, known: Mapping[str, Model], table: str, line: int) -> None:
    source = known.get(table)
    if table in {fact.name for fact in PERSONAL_FACTS} or (source and source.schema == "personal"):
        raise header.refused(line, f"{table} is personal: {PERSONAL_RULE}")
    if source is None and table not in ALL_FACTS:
        near = get_close_matches(table, [*known, *ALL_FACTS], n=1)
        raise header.refused(line, f"there is no model or fact {table}{f'; did you mean {near[0]}?' if near else ''}")
    if source and source.is_view and not model.is_view:
        raise header.refused(line, f"{table} is a view, whose changes nobody can tell: read what it reads")


def _check_columns(header: Header, known: Mapping[str, Model], table: str, columns: Sequence[str], line: int) -> None:
    there = known[table].columns if table in known else [column.name for column in ALL_FACTS[table].columns]
    for column in columns:
        if column not in there:
            near = get_close_matches(column, list(there), n=1)
            raise header.refused(line, f"{table} has no column {column}{f'; did you mean {near[0]}?' if near else ''}")
