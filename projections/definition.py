"""What a set of tables is made of, as statements that both engines understand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from projections.facts.tables import ALL_FACTS, OPEN_FACTS, PERSONAL_FACTS, VOID_FACTS, FactTable
from projections.facts.voids import has_standing, standing_select
from projections.model import Model, models_for

SCHEMAS = ("rapport", "crm", "personal")


@dataclass(frozen=True, slots=True)
class Definition:
    """The fact tables and models that one set of tables holds; all of it shares one position.

    `beside` stands behind the names of the schemas while such a set is made beside the one in use.
    """

    facts: tuple[FactTable, ...]
    models: tuple[Model, ...]
    beside: str = ""

    def name_of(self, table: FactTable | Model) -> str:
        """The full name of one of its tables."""
        return f"{table.schema}{self.beside}.{table.table if isinstance(table, Model) else table.name}"

    def standing_name_of(self, fact: FactTable) -> str:
        """The full name of the view of those rows of a fact that no void took back."""
        return f"{fact.schema}{self.beside}.standing_{fact.name}" if has_standing(fact) else self.name_of(fact)

    @property
    def taken_back(self) -> str:
        """The full name of the table with the positions of all that is taken back, computed before any model."""
        return f"{self.own}.taken_back"

    @property
    def tables(self) -> tuple[FactTable | Model, ...]:
        """All that models can read."""
        return (*self.facts, *self.models)

    @property
    def own(self) -> str:
        """The schema of its facts, and of how far it is."""
        return f"rapport{self.beside}"

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
        return _digest_of(model.digest for model in self.models)

    @property
    def digest(self) -> str:
        """Changes when tables computed before are not what would be computed now."""
        return sha256(f"{self.facts_digest}{self.models_digest}".encode()).hexdigest()[:32]


def definition_for(*schemas: str, own: Path | None = None, dropped: bool = True) -> Definition:
    """What it takes to have the models of `schemas`: them, what they read, and the facts under them.

    `own` is the folder with models of the user's own, if there is one; `dropped` ones beside ours count too.
    """
    return definition_of(models_for(schemas, own, dropped=dropped))


def definition_of(models: tuple[Model, ...]) -> Definition:
    """These models, which are in order, and the facts under them."""
    sources = {source for model in models for source in model.sources}
    return Definition(facts_under(sources), models)


def facts_under(names: Collection[str]) -> tuple[FactTable, ...]:
    """The facts of these names, and those that say what was taken back of them."""
    return tuple(fact for fact in ALL_FACTS.values() if fact.name in names or fact in VOID_FACTS)


def computed_models(listed: Sequence[tuple[str, str]], models_digest: str) -> dict[str, str]:
    """What a list of models and their digests says, if it is that of the tables; other programs may keep none."""
    return dict(listed) if _digest_of(digest for _, digest in listed) == models_digest else {}


def _digest_of(digests: Iterable[str]) -> str:
    return sha256("".join(digests).encode()).hexdigest()


def stale_models(models: Sequence[Model], known: Mapping[str, str]) -> tuple[Model, ...]:
    """Those that were not computed as they are now, by the digests in `known`, and all that are computed from them."""
    stale: set[str] = set()
    for model in models:
        if known.get(model.name) != model.digest or not stale.isdisjoint(model.sources):
            stale.add(model.name)
    return tuple(model for model in models if model.name in stale)


def open_definition() -> Definition:
    """All facts without personal data, and no models."""
    return Definition(OPEN_FACTS, ())


def create_fact(definition: Definition, fact: FactTable) -> str:
    """CREATE TABLE for a fact table, without its key and indexes."""
    columns = ", ".join(f'"{column.name}" {column.sql_type}' for column in fact.columns)
    return f"CREATE TABLE IF NOT EXISTS {definition.name_of(fact)} ({columns})"


def create_view(definition: Definition, model: Model) -> str:
    """CREATE VIEW for a model that is computed when read, its sources named in full."""
    return f"CREATE OR REPLACE VIEW {definition.name_of(model)} AS {qualify(definition, model)}"


def create_taken_back(definition: Definition) -> str:
    """CREATE TABLE for what is taken back. It is a table and no view: planners took its rows for one, and looped."""
    return f"CREATE TABLE IF NOT EXISTS {definition.taken_back} (tenant text, position bigint)"


def standing_views(definition: Definition) -> list[str]:
    """The statements that make a view of what stands of each fact."""
    return [
        f"CREATE OR REPLACE VIEW {definition.standing_name_of(fact)} AS"
        f" {standing_select(definition.name_of(fact), definition.taken_back)}"
        for fact in definition.facts
        if has_standing(fact)
    ]


def qualify(definition: Definition, model: Model) -> str:
    """The model's SELECT with its sources' full names, so that a view needs no search path. Of facts, what stands."""
    names = {model.name: definition.name_of(model) for model in definition.models}
    names |= {fact.name: definition.standing_name_of(fact) for fact in definition.facts}
    names["applied"] = f"{definition.own}.applied"
    return model.with_names(names)
