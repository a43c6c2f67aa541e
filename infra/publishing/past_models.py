"""Which models can be read as of a date: this program's, and the user's own ones that stand in the tables."""

from collections.abc import Callable, Sequence
from pathlib import Path

from projections.header import ModelRefused
from projections.model import Model, load_models

COMPUTED = "SELECT name, digest FROM {}.model"  # of the schema with how far the tables are


def past_models(own: Path | None, computed: Callable[[], Sequence[tuple[str, str]]]) -> Sequence[Model]:
    """All models in order; of the user's, those alone that were computed as they are written now.

    `computed` reads these, with their digests. What was not computed was not looked at either, and is not run here.
    """
    try:
        models = load_models(own)
    except ModelRefused:  # which was told when the tables were brought up to date, and stops nobody from reading others
        return load_models(dropped=False)
    if all(model.own is None for model in models):
        return models
    digests = dict(computed())
    return [model for model in models if model.own is None or digests.get(model.name) == model.digest]
