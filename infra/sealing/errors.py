"""What can be wrong with the key store."""

from domain.shared.errors import RapportError, Unavailable


class KeyStoreError(RapportError):
    """The key store can't be used; the message says why and what to do."""


class KeyStoreUnavailable(KeyStoreError, Unavailable):
    """The server of the key store can't be reached, or broke off; it may be back in a moment."""
