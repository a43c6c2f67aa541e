"""Models by their name, and how those of this program differ from what the published tables were computed by."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

from infra.errors import Misused
from infra.publishing.reader import Reader
from projections.model import Model

_THERE = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'rapport' AND table_name = 'model'"


def published_models(reader: Reader) -> dict[str, str]:
    """The models of the published tables, and the digest of each; none for tables of an older program."""
    if not reader.query(_THERE).rows:
        return {}
    return dict(reader.query("SELECT name, digest FROM rapport.model").rows)


def model_state(models: Sequence[Model], published: Mapping[str, str]) -> str:
    """What is new, changed or gone, and what to do about it; `as published` if nothing is."""
    ours = {model.name: model.digest for model in models if model.schema == "crm"}
    told = {
        "new": sorted(ours.keys() - published.keys()),
        "changed": sorted(name for name in ours.keys() & published.keys() if ours[name] != published[name]),
        "gone": sorted(published.keys() - {model.name for model in models}),
    }
    said = [f"{len(names)} {what}: {', '.join(names)}" for what, names in told.items() if names]
    if not said:
        return "as published"
    wanted = " ".join(("rapport rebuild", *told["new"], *told["changed"])) if told["new"] + told["changed"] else ""
    return f"{'; '.join(said)}; run `{wanted or 'rapport project'}`"


def known_model(models: Sequence[Model], name: str) -> Model:
    """The model of that name, which may be its table's. Raises Misused."""
    for model in models:
        if name in {model.name, model.qualified, f"crm.{model.name}"}:
            return model
    near = get_close_matches(name[:100], [model.name for model in models], n=1)
    raise Misused(f"there is no model {name[:100]}{f'; did you mean {near[0]}?' if near else ''}")
