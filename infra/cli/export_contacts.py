"""`rapport export contacts`: people as cards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from domain.shared.errors import RapportError
from infra.cli.export_group import OutputOption, export_app, write
from infra.cli.periods import OwnerOption
from infra.cli.reading import Readers, WaitOption, When, reading
from infra.exporting.cards import Person, as_cards

_PEOPLE = """
    SELECT p.contact_id, p.name, p.job_title, p.custom
    FROM personal.contact AS p
    INNER JOIN contact AS c ON p.tenant = c.tenant AND p.contact_id = c.contact_id
    WHERE p.tenant = $1 AND (CAST($2 AS text) IS NULL OR c.owner = $2)
    ORDER BY p.name COLLATE "C" NULLS LAST, p.contact_id
"""
_WAYS = {
    "emails": "SELECT * FROM personal.contact_email WHERE tenant = $1 ORDER BY contact_id, is_primary, email",
    "phones": "SELECT * FROM personal.contact_phone WHERE tenant = $1 ORDER BY contact_id, is_primary, phone",
    "addresses": "SELECT * FROM personal.contact_address WHERE tenant = $1 ORDER BY contact_id, label",
    "profiles": "SELECT * FROM personal.contact_profile WHERE tenant = $1 ORDER BY contact_id, network, profile",
}


class NotReadable(RapportError):
    """Personal data that this user may not read."""


@export_app.command("contacts")
def contacts(
    owner: OwnerOption = None,
    output: OutputOption = None,
    wait: WaitOption = None,
) -> None:
    """Write everybody of whom more is known than that they exist as cards (vCard 3.0, one behind the other).

    Read again by `rapport import`, into the same log, each card is the same person's.
    """
    with reading(personal=True, when=When(wait)) as found:
        if not found.personal:
            raise NotReadable("names and addresses can't be read by this user, and a card is made of them")
        people = _people(found, owner)
    write(as_cards(people), output)


def _people(found: Readers, owner: str | None) -> Sequence[Person]:
    rows = found.reader.query(_PEOPLE, [found.tenant, owner]).as_dicts()
    people: dict[UUID, Person] = {row["contact_id"]: Person(row) for row in rows}
    for kind, statement in _WAYS.items():
        for row in found.reader.query(statement, [found.tenant]).as_dicts():
            person = people.get(row["contact_id"])
            if person is not None:
                known: list[dict[str, Any]] = getattr(person, kind)
                known.append(row)
    return list(people.values())
