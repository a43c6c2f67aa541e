"""Data of an event as its model, also when the keys of its personal fields were destroyed."""

from functools import cache
from typing import Any

from pydantic import create_model

from domain.shared.event import Event
from domain.shared.marks import marks_of


def readable(model: type[Event], data: dict[str, Any]) -> Event:
    """The event that stored data hold, checked. A personal field that the event needs, and that is gone, is None.

    Nothing else may be missing: raises pydantic's ValidationError as for any other event.
    """
    needed, without = _without_personal(model)
    if needed <= data.keys():
        return model.model_validate(data)
    # It is an event of its model all the same: it is folded, compared and told apart by its class.
    return model.model_construct(**dict(without.model_validate(data)))


@cache
def _without_personal(model: type[Event]) -> tuple[frozenset[str], type[Event]]:
    """The personal fields that an event needs, and its model without that need."""
    needed = {name for name in marks_of(model).personal if model.model_fields[name].is_required()}
    free: dict[str, Any] = dict.fromkeys(needed, (Any, None))
    return frozenset(needed), create_model(f"{model.__name__}WithoutPersonal", __base__=model, **free)
