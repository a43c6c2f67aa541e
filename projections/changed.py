"""Models that are changed to see what would be if: folders like those of projections/, which take the place of others.

A folder with the name of a model that is there takes its place, one with another name is new. What is read here is kept
as text with what is computed by it, so that it stays what it was when the folder changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from projections.checks import Check, read_checks
from projections.definition import stale_models
from projections.header import Header, ModelRefused, read_header
from projections.model import Model, Own, in_order, parse_model
from projections.own import check_header, check_name, check_sources, folders_in, text_of


@dataclass(frozen=True, slots=True)
class Text:
    """A model's folder, and the text of its two files; it may be without checks."""

    folder: str
    model: str
    checks: str | None

    @property
    def name(self) -> str:
        """The model's name."""
        return Path(self.folder).name


def read_texts(folder: Path) -> tuple[Text, ...]:
    """What stands in the folders of `folder`, or in itself. Raises ModelRefused for what can't be read."""
    found = []
    for one in folders_in(folder):
        checks = one / "checks.sql"
        model = text_of(one / "model.sql")
        found.append(Text(str(one), model, text_of(checks) if checks.exists() else None))
    if not found:
        raise ModelRefused(f"there is no folder with a model in {folder}")
    return tuple(found)


def text_files(model: Model) -> dict[str, str]:
    """The files of a model, name → text, for somebody to change."""
    folder = Path(model.own.header.file).parent if model.own else files("projections") / model.name
    names = ("model.sql", "checks.sql")
    return {name: folder.joinpath(name).read_text() for name in names if folder.joinpath(name).is_file()}


def with_changes(models: Sequence[Model], texts: Iterable[Text]) -> tuple[Model, ...]:
    """The models, some of them as the texts have them, and those that are new; in order. Raises ModelRefused."""
    live = {model.name: model for model in models}
    changed = [_model(text, live) for text in texts]
    others = [_held_to_nothing(model) for model in models if model.name not in {one.name for one in changed}]
    known = {model.name: model for model in (*others, *changed)}
    for model in changed:
        if model.own:
            check_sources(model, model.own.header, known)
    return in_order(known.values())


def differing(live: Sequence[Model], shadow: Sequence[Model]) -> tuple[Model, ...]:
    """Those of a shadow's models that are changed or new, and all that are computed from them."""
    return stale_models(shadow, {model.name: model.digest for model in live})


def _model(text: Text, live: Mapping[str, Model]) -> Model:
    file = f"{text.folder}/model.sql"
    header = read_header(file, text.model)
    model = parse_model(text.name, header)
    before = live.get(model.name)
    if before is None:
        check_name(model, header, tuple(live.values()))
    else:
        _check_place(model, header, before)
    check_header(model, header)
    return replace(model, own=Own(header, _checks(text, before), f"{text.model}\n{text.checks or ''}"))


def _check_place(model: Model, header: Header, before: Model) -> None:
    """Refuse a model that would stand somewhere else than the one whose place it takes."""
    at = header.line("table", "view")
    if before.schema != "crm":
        raise header.refused(at, f"{before.qualified} is personal: only models of the schema crm can be changed")
    if "applied" in before.sources:
        raise header.refused(at, f"{before.name} says how far the tables are, and can't be changed")
    if (model.qualified, model.is_view) != (before.qualified, before.is_view):
        kind = "view" if before.is_view else "table"
        raise header.refused(at, f"it takes the place of another: keep `{kind}: {before.qualified}`")


def _checks(text: Text, before: Model | None) -> tuple[Check, ...]:
    """Its own checks; without a file those of the model whose place it takes."""
    if text.checks is not None:
        return read_checks(f"{text.folder}/checks.sql", text.checks)
    if before is None:
        return ()
    if before.own:
        return before.own.checks
    shipped = text_files(before).get("checks.sql")
    return read_checks(f"projections/{before.name}/checks.sql", shipped) if shipped else ()


def _held_to_nothing(model: Model) -> Model:
    """A user's model that reads what is changed: what it checks holds for what is, and need not for what would be."""
    return replace(model, own=replace(model.own, checks=())) if model.own else model
