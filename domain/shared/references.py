"""References: how an event names a thing, as text `<kind>:<source>:<key>`, such as `deal:hubspot:4711`.

Integrations use their own keys; nothing has to be registered or looked up first. These sources are reserved:
`mail`, `phone` and `domain` mean the same everywhere (`contact:mail:someone@example.org`), whoever sends them, and
`id` names a thing by the id that Rapport gave it (`contact:id:0198…`). A message's key by `mail` is its Message-ID. Its
conversation needs no key: whoever knows a message of it names that one, as `in_reply_to` or among `references`, since a
`thread` and a `message` of the same key are two things.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from uuid import UUID

from domain.shared.errors import InvalidInput

KINDS = (
    "contact", "account", "agent", "product", "pipeline", "deal", "activity", "ticket", "task", "meeting", "order",
    "subscription", "message", "thread",
)  # fmt: skip
CONVERSED = ("message", "thread")  # what is said, and the conversation it belongs to
UNIVERSAL_SOURCES = ("mail", "phone", "domain")
PERSONAL_SOURCES = ("mail", "phone")
ID_SOURCE = "id"
MAX_LENGTH = 512
_BRACKETS = re.compile(r"^[<\s]+|[>\s]+$")


@dataclass(frozen=True, slots=True)
class Reference:
    """A thing by its outside key: `kind` is one of KINDS, `source` the system that gave `key`."""

    kind: str
    source: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.source}:{self.key}"

    @property
    def is_personal(self) -> bool:
        """Whether the key itself is personal data, so that it may not stand open in the log."""
        return self.source in PERSONAL_SOURCES


def parse_reference(text: str, kind: str | None = None) -> Reference:
    """The reference that `text` writes, its key in normal form; `kind`, if given, is the only kind allowed.

    Raises InvalidInput for anything that is not `<kind>:<source>:<key>` with a known kind.
    """
    found, _, rest = text.partition(":")
    source, _, key = rest.partition(":")
    found, source, key = found.strip(), source.strip(), key.strip()
    if not (found and source and key):
        raise InvalidInput(f"not a reference; write {_form(kind)}, such as {kind or 'deal'}:hubspot:4711")
    if found not in KINDS:
        instead = f"known are {', '.join(KINDS)}" if kind is None else f"write {_form(kind)}"
        raise InvalidInput(f"{_shown(found)} is not a kind of thing; {instead}")
    if kind is not None and found != kind:
        raise InvalidInput(f"a reference to {_a(found)} stands where {_a(kind)} is expected; write {_form(kind)}")
    reference = Reference(found, source, _normal_key(found, source, key))
    longest = max(len(text), len(str(reference)))  # some letters become two when they are made small
    if longest > MAX_LENGTH:
        raise InvalidInput(f"a reference has at most {MAX_LENGTH} characters, this one {longest:,}")
    return reference


@lru_cache(20_000)  # the same things are spoken of again and again, and every event names several
def normal_reference(text: str, kind: str) -> str:
    """The reference that `text` writes, in normal form. Raises as parse_reference does."""
    return str(parse_reference(text, kind))


def _form(kind: str | None) -> str:
    return f"{kind or '<kind>'}:<source>:<key>"


def _normal_key(kind: str, source: str, key: str) -> str:
    if "\x00" in key or "\x00" in source:
        raise InvalidInput("a reference can't hold a NUL character")
    if source == "mail" and kind in CONVERSED:
        return _message_id(key)
    if source in {"mail", "domain"}:
        return key.lower()
    if source == "phone":
        number = "".join(c for c in key if c.isdigit() or c == "+")
        if not number.strip("+"):
            raise InvalidInput("the key of a reference by phone must be a telephone number")
        return number
    if source == ID_SOURCE:
        try:
            return str(UUID(key))
        except ValueError:
            raise InvalidInput("the key of a reference by id must be a UUID") from None
    return key


def _message_id(key: str) -> str:
    """A Message-ID as it is told from others: headers have it in angle brackets, many programs hand it on without."""
    id_ = _BRACKETS.sub("", key).lower()
    if not id_:
        raise InvalidInput("the key of a message or a conversation by mail must be a Message-ID")
    return id_


def _shown(kind: str) -> str:
    """The kind as it was written, if one of ours was meant: anything else may be a name, or a key that is personal."""
    meant = get_close_matches(kind[:20].lower(), KINDS, n=1)
    return f"'{kind}'" if meant and kind.isalpha() and len(kind) <= 20 else "what stands before the first colon"


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"
