"""What a set of tables is made of, as statements that both engines understand."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from projections.facts.tables import OPEN_FACTS, PERSONAL_FACTS, FactTable
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


def definition_for(*schemas: str, own: Path | None = None) -> Definition:
    """What it takes to have the models of `schemas`: them, what they read, and the facts under them.

    `own` is the folder with models of the user's own, if there is one.
    """
    models = models_for(schemas, own)
    sources = {source for model in models for source in model.sources}
    facts = tuple(fact for fact in (*OPEN_FACTS, *PERSONAL_FACTS) if fact.name in sources)
    return Definition(facts, models)


def stale_models(models: Sequence[Model], known: Mapping[str, str]) -> tuple[Model, ...]:
    """Those that were not computed as they are now, by the digests in `known`, and all that are computed from them."""
    stale: set[str] = set()
    for model in models:
        if known.get(model.name) != model.digest or not stale.isdisjoint(model.sources):
            stale.add(model.name)
    return tuple(model for model in models if model.name in stale)


def create_fact(fact: FactTable) -> str:
    """CREATE TABLE for a fact table, without its key and indexes."""
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in fact.columns)
    return f"CREATE TABLE IF NOT EXISTS {fact.qualified} ({columns})"


def create_view(model: Model, models: Sequence[Model]) -> str:
    """CREATE VIEW for a model that is computed when read, its sources named in full."""
    return f"CREATE OR REPLACE VIEW {model.qualified} AS {qualify(model, models)}"


def qualify(model: Model, models: Sequence[Model]) -> str:
    """The model's SELECT with its sources' full names, so that a view needs no search path."""
    names = {m.name: m.qualified for m in models} | {f.name: f.qualified for f in (*OPEN_FACTS, *PERSONAL_FACTS)}
    names["applied"] = "rapport.applied"
    sql = model.sql
    for source in model.sources:
        sql = re.sub(rf"\b(FROM|JOIN)(\s+){source}\b", rf"\g<1>\g<2>{names[source]}", sql)
    return sql
