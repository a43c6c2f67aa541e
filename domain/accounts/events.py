"""What can happen to an account: an organisation we deal with."""

from typing import Annotated

from pydantic import Field

from domain.shared.event import Event
from domain.shared.fields import AccountRef, Amount, Checked, Count, Name, Whole

YearFounded = Annotated[Whole, Field(ge=1000, le=2200)]


class AccountAdded(Event):
    """We know an organisation from now on."""

    name: Name = Field(description="the organisation's name")
    industry: Name | None = Field(None, description="the line of business")
    employees: Count | None = Field(None, description="how many people work there")
    revenue: Amount | None = Field(None, description="yearly revenue, in the source's own unit")
    country: Annotated[Name, Checked("country")] | None = Field(None, description="where its head office is")
    founded: YearFounded | None = Field(None, description="year of foundation")
    website: Name | None = Field(None, description="its web address")
    parent: AccountRef | None = Field(None, description="the account it belongs to")
    owner: Name | None = Field(None, description="the agent responsible, by name as the source gives it")


class AccountRenamed(Event):
    """The organisation has another name."""

    name: Name = Field(description="the name from now on")


class AccountDetailsChanged(Event):
    """What we know about the organisation has changed. Only what is given changes."""

    industry: Name | None = Field(None, description="the line of business")
    employees: Count | None = Field(None, description="how many people work there")
    revenue: Amount | None = Field(None, description="yearly revenue, in the source's own unit")
    country: Annotated[Name, Checked("country")] | None = Field(None, description="where its head office is")
    founded: YearFounded | None = Field(None, description="year of foundation")
    website: Name | None = Field(None, description="its web address")
    owner: Name | None = Field(None, description="the agent responsible, by name as the source gives it")


class AccountParentSet(Event):
    """The account belongs to another, or (without `parent`) to none any more."""

    parent: AccountRef | None = Field(None, description="the account it belongs to from now on")
