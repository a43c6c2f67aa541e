"""Whether the SQL of a user's models can be computed: what it reads, on either engine, and as its header says."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from infra.models.on_duckdb import plan_on_duckdb
from infra.models.on_postgres import plan_on_postgres
from infra.models.portable import check_portable
from infra.models.statement import Source, Statement
from projections.facts.tables import ALL_FACTS, PERSONAL_FACTS
from projections.header import Header, ModelRefused
from projections.model import Model, load_models
from projections.own import PERSONAL_RULE


def validate(models: Sequence[Model], postgres: str | None) -> None:
    """Look at the SQL of the user's models among `models`, which are all, in order; `postgres` is the store's URL.

    They may stand in the place of ours: then those of ours that read them must still be computed from them.

    Without a server, PostgreSQL's grammar and our lists speak for it, which know no types. Nothing is changed anywhere.
    Raises ModelRefused.
    """
    own = [model for model in models if model.own]
    if not own:
        return
    columns = {model.table: set(model.columns) for model in models if model.schema == "crm"}
    columns |= {fact.name: {column.name for column in fact.columns} for fact in ALL_FACTS.values()}
    hidden = {fact.name for fact in PERSONAL_FACTS} | {model.name for model in models if model.schema == "personal"}
    for model in own:
        _check_texts(model, columns, hidden)
    plan_on_duckdb(models)
    if postgres:
        plan_on_postgres(models, postgres)


def _check_texts(model: Model, columns: Mapping[str, AbstractSet[str]], hidden: AbstractSet[str]) -> None:
    if model.own is None:
        return
    header = model.own.header
    statement = Statement(header.file, model.sql, header.sql_line)
    _check_sources(statement, columns, hidden)
    if model.sql not in {ours.sql for ours in load_models(dropped=False) if ours.name == model.name}:
        # Ours know what they do.
        check_portable(statement, set().union(*(columns[source] for source in model.sources if source in columns)))
    _check_header(model, header, statement.sources())
    _check_words(model, header)
    for check in model.own.checks:
        asked = Statement(check.file, check.sql, check.line)
        _check_sources(asked, columns, hidden)
        check_portable(asked, set().union(*(columns[source.table] for source in asked.sources())))


def _check_sources(statement: Statement, columns: Mapping[str, AbstractSet[str]], hidden: AbstractSet[str]) -> None:
    """Refuse tables that are personal, written with a schema, or not there."""
    for source in statement.sources():
        place = f"{statement.file}, line {source.line}"
        if source.schema == "personal" or source.table in hidden:
            name = f"{source.schema}.{source.table}".strip(".")
            raise ModelRefused(f"{place}: {name} is personal: {PERSONAL_RULE}")
        if source.schema:
            raise ModelRefused(f"{place}: write {source.table} without a schema")
        if source.table not in columns:
            raise ModelRefused(f"{place}: there is no model or fact {source.table}")


def _check_header(model: Model, header: Header, sources: Sequence[Source]) -> None:
    """Refuse a header that names other tables than the SELECT: of what it leaves out no change would be found."""
    read = {source.table: source for source in sources}
    for table, source in read.items():
        if table not in model.sources:
            raise header.refused(source.line, f"{table} is read here, and the header has no `reads: {table}(…)`")
    for word in ("reads", "looks up"):
        for said in header.words.get(word, ()):
            table = said.value.partition("(")[0]
            if table not in read:
                raise header.refused(said.line, f"the header names {table}, and the SELECT does not read it")


def _check_words(model: Model, header: Header) -> None:
    """Refuse names that PostgreSQL keeps for itself: they would have to be quoted wherever they stand."""
    for name, line in ((model.table, 1), *((name, header.columns[name].line) for name in model.columns)):
        try:
            Statement(header.file, f"SELECT {name} FROM {name}", line)
        except ModelRefused:
            raise header.refused(line, f"{name} is a word of PostgreSQL's own: choose another name") from None
