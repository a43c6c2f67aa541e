"""What can be wrong with the key store."""

from domain.shared.errors import RapportError


class KeyStoreError(RapportError):
    """The key store can't be used; the message says why and what to do."""
