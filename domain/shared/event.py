"""The base of all events: frozen facts in the past tense."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from domain.shared.fields import CustomValue, Name, Personal


class Event(BaseModel):
    """A fact in the past tense. Unknown fields are refused, except under `custom`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, hide_input_in_errors=True)

    custom: Annotated[dict[Name, CustomValue], Personal(of="contacts"), Field(max_length=200)] = Field(
        default_factory=dict,
        description="fields of the source that Rapport has no name for: name → text, number, boolean or date",
    )
