"""What a set of tables is made of, as statements that both engines understand."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from hashlib import sha256

from projections.facts.tables import ALL_FACTS, PERSONAL_FACTS, VOID_FACTS, FactTable
from projections.facts.voids import standing_name
from projections.model import Model, models_for

SCHEMAS = ("rapport", "crm", "personal")


@dataclass(frozen=True, slots=True)
class Definition:
    """The fact tables and models that one set of tables holds; all of it shares one position."""

    facts: tuple[FactTable, ...]
    models: tuple[Model, ...]

    @property
    def is_personal(self) -> bool:
        """Whether any of its facts holds personal data."""
        return any(fact in PERSONAL_FACTS for fact in self.facts)

    @property
    def facts_digest(self) -> str:
        """Changes when the facts have to be staged from the log anew."""
        return sha256(repr(self.facts).encode()).hexdigest()

    @property
    def models_digest(self) -> str:
        """Changes when the models have to be computed anew."""
        return sha256("".join(model.digest for model in self.models).encode()).hexdigest()

    @property
    def digest(self) -> str:
        """Changes when tables computed before are not what would be computed now."""
        return sha256(f"{self.facts_digest}{self.models_digest}".encode()).hexdigest()[:32]


def definition_for(*schemas: str) -> Definition:
    """What it takes to have the models of `schemas`: them, what they read, and the facts under them."""
    models = models_for(schemas)
    sources = {source for model in models for source in model.sources}
    return Definition(facts_under(sources), models)


def facts_under(names: Collection[str]) -> tuple[FactTable, ...]:
    """The facts of these names, and those that say what was taken back of them."""
    return tuple(fact for fact in ALL_FACTS.values() if fact.name in names or fact in VOID_FACTS)


def create_fact(fact: FactTable) -> str:
    """CREATE TABLE for a fact table, without its key and indexes."""
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in fact.columns)
    return f"CREATE TABLE IF NOT EXISTS {fact.qualified} ({columns})"


def create_view(model: Model, models: Sequence[Model]) -> str:
    """CREATE VIEW for a model that is computed when read, its sources named in full."""
    return f"CREATE OR REPLACE VIEW {model.qualified} AS {qualify(model, models)}"


def qualify(model: Model, models: Sequence[Model]) -> str:
    """The model's SELECT with its sources' full names, so that a view needs no search path. Of facts, what stands."""
    names = {m.name: m.qualified for m in models} | {f.name: standing_name(f) for f in ALL_FACTS.values()}
    names["applied"] = "rapport.applied"
    sql = model.sql
    for source in model.sources:
        sql = re.sub(rf"\b(FROM|JOIN)(\s+){source}\b", rf"\g<1>\g<2>{names[source]}", sql)
    return sql
