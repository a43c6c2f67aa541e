"""The errors the domain raises; each says what was wrong in words a person can act on."""


class RapportError(Exception):
    """Base of all errors that are meant for a person: the message is one clear sentence."""


class Unavailable(RapportError):
    """What is needed can't be reached at the moment; trying again later can help."""


class InvalidInput(RapportError, ValueError):
    """Input from outside that can't be used. `field` names the part that hurt, such as `data.amount`.

    A ValueError too, so that pydantic says in which field a validator of ours raised it.
    """

    def __init__(self, reason: str, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field = field


class CommandRefused(RapportError):
    """A command that the state of its thing does not allow."""


class Conflict(RapportError):
    """Somebody else appended to the same stream first; the caller may decide anew and try again."""
