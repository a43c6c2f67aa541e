"""The tenants' secrets, one file each, from which all ids are made. Without its secret a log knows no repeat."""

import os
import re
import secrets
import threading
from contextlib import suppress
from pathlib import Path

from domain.shared.errors import RapportError
from domain.shared.identity import Identity

SECRET_BYTES = 32
# Tenants come in messages from outside and name a file here: no dots, no slashes.
_TENANT = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class SecretError(RapportError):
    """A tenant's secret that can't be read or made; the message says what to do."""


class TenantKeys:
    """The secrets in one folder. Nothing is read or made before it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Identity] = {}
        self._lock = threading.Lock()

    def identity_of(self, tenant: str) -> Identity:
        """The ids of a tenant; its secret is made on first use.

        Raises RapportError when the file is damaged, or can't be read or made.
        """
        known = self._known.get(tenant)
        if known is not None:
            return known
        with self._lock:  # so that threads share one Identity, and with it one cache of ids
            if tenant not in self._known:
                _refuse_odd(tenant)
                self._known[tenant] = Identity(self._secret(tenant))
            return self._known[tenant]

    def _path(self, tenant: str) -> Path:
        return self._folder / f"{tenant}.identity"

    def _secret(self, tenant: str) -> bytes:
        path = self._path(tenant)
        try:
            secret = path.read_bytes() if path.exists() else _made(path)
        except OSError as error:
            raise SecretError(f"the tenant's secret {path} can't be read or made: {error.strerror}") from error
        if len(secret) != SECRET_BYTES:
            raise SecretError(
                f"the tenant's secret {path} is damaged: it has {len(secret)} bytes instead of {SECRET_BYTES}; "
                "restore it from a backup, because a new one would give every thing another id"
            )
        return secret


def _refuse_odd(tenant: str) -> None:
    if _TENANT.fullmatch(tenant) is None:
        raise SecretError(
            "a tenant's name has up to 63 small letters, digits, - and _, and begins with a letter or a digit"
        )


def _made(path: Path) -> bytes:
    """Make the secret whole or not at all, and never over one that another process made meanwhile."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # then another process was first, and its secret counts
            os.link(draft, path)  # unlike a rename, a link never replaces
    finally:
        draft.unlink()
    _flush_folder(path.parent)
    return path.read_bytes()


def _flush_folder(folder: Path) -> None:
    # Ids made with a secret reach the log at once; a power cut must not take the secret's name from the folder.
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
