"""Finding a person: by a reference, an address, or an id; linked contacts are one person."""

from uuid import UUID

from domain.shared.errors import InvalidInput, RapportError
from domain.shared.references import parse_reference
from infra.cli.reading import Readers
from infra.errors import Misused

HELP = "a reference such as contact:hubspot:4711, an e-mail address, or an id"
NOT_YET = "as of then, nothing is known of this contact"
_PERSON = """
    SELECT coalesce(i.person_id, c.contact_id)
    FROM (SELECT CAST($2 AS uuid) AS contact_id) AS c
    LEFT JOIN contact_identity AS i ON i.tenant = $1 AND i.contact_id = c.contact_id
"""
_BY_ADDRESS = {
    "mail": "SELECT DISTINCT contact_id FROM personal.contact_email WHERE tenant = $1 AND email = $2",
    "phone": "SELECT DISTINCT contact_id FROM personal.contact_phone WHERE tenant = $1 AND phone = $2",
}
_KNOWN = "SELECT 1 FROM contact WHERE tenant = $1 AND contact_id = $2"
_NAME = "SELECT contact_id, name FROM personal.contact WHERE tenant = $1 AND contact_id IN ({})"


class Unknown(RapportError):
    """A contact of whom no event tells."""

    def __init__(self) -> None:
        super().__init__("nothing is known of this contact; check how it is written: contact:<source>:<key>")


def reference_of(contact: str) -> str:
    """What was given as a reference; ids and addresses may stand alone. Raises Misused for what is none."""
    text = contact.strip()
    if ":" not in text:
        text = f"contact:mail:{text}" if "@" in text else f"contact:id:{text}"
    try:
        return str(parse_reference(text, "contact"))
    except InvalidInput as error:
        raise Misused(error.reason) from None


def person_of(found: Readers, reference: str) -> UUID:
    """The person whom a reference means: by itself, or because it is an address they have."""
    id_ = found.rapport.keys.identity_of(found.tenant).thing(reference)
    person = found.reader.query(_PERSON, [found.tenant, id_]).rows[0][0]
    if found.personal and not is_known(found, person):
        parsed = parse_reference(reference)
        if parsed.source in _BY_ADDRESS:
            owners = found.reader.query(_BY_ADDRESS[parsed.source], [found.tenant, parsed.key]).rows
            if len(owners) > 1:
                ids = ", ".join(str(owner) for (owner,) in owners)
                raise Misused(f"{len(owners)} contacts have this address; ask for one of them: {ids}")
            if owners:
                person = owners[0][0]
    return UUID(str(person))


def is_known(found: Readers, person: UUID) -> bool:
    """Whether any event tells of this person."""
    return bool(found.reader.query(_KNOWN, [found.tenant, person]).rows)


def name_of(found: Readers, person: UUID) -> str | None:
    """The person's name, if we know it and may read it."""
    name: str | None = found.look_up(_NAME, [person]).get(person)
    return name
