"""Where the master key comes from: RAPPORT_MASTER_KEY, or a file beside the keys that it wraps."""

import os
import re
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from infra.sealing.errors import KeyStoreError
from infra.sealing.wrapping import SECRET_BYTES

_HEX = re.compile(r"[0-9a-fA-F]{64}\n?")


class MasterSource:
    """The master key's place: what was `given` in RAPPORT_MASTER_KEY, else the file at `path`."""

    def __init__(self, path: Path, given: SecretStr | None) -> None:
        self.path = path
        self._given = given

    @property
    def is_given(self) -> bool:
        """Whether it comes from RAPPORT_MASTER_KEY, so that no file is read or written."""
        return self._given is not None

    @property
    def name(self) -> str:
        """What to call the place in a message."""
        return "RAPPORT_MASTER_KEY" if self.is_given else str(self.path)

    def read(self) -> bytes | None:
        """The master key as it is now; None if there is no file. Raises KeyStoreError if it can't be used."""
        if self._given is not None:
            return self._parse(self._given.get_secret_value())
        try:
            return self._parse(self.path.read_text("ascii", "replace"))
        except FileNotFoundError:
            if self.path.is_symlink():  # kept elsewhere, on a disk that is not there today
                raise KeyStoreError(f"the master key {self.path} leads to a file that is not there") from None
            return None
        except OSError as error:
            raise KeyStoreError(f"the master key {self.path} can't be read: {error.strerror}") from error

    def read_or_make(self) -> bytes:
        """The master key; a new one in a new file if there is none. Of several who make it at once, one wins."""
        found = self.read()
        if found is None:
            self._write(secrets.token_bytes(SECRET_BYTES), replace=False)
            found = self.read()
        if found is None:
            raise KeyStoreError(f"the master key {self.path} was taken away while it was made: try again")
        return found

    def replace(self, secret: bytes) -> None:
        """Put another master key into the file, whole or not at all."""
        self._write(secret, replace=True)

    def _parse(self, text: str) -> bytes:
        if _HEX.fullmatch(text) is None:
            advice = "write them as they are in your backup" if self.is_given else "restore it from its backup"
            raise KeyStoreError(f"{self.name} does not hold the 64 hexadecimal digits of a master key: {advice}")
        return bytes.fromhex(text)

    def _write(self, secret: bytes, *, replace: bool) -> None:
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(handle, "w") as file:
                    file.write(f"{secret.hex()}\n")
                    file.flush()
                    os.fsync(file.fileno())
                if replace:
                    draft.replace(self.path)
                else:
                    with suppress(FileExistsError):  # then another process was first, and its key counts
                        os.link(draft, self.path)
            finally:
                draft.unlink(missing_ok=True)
            _flush_folder(self.path.parent)
        except OSError as error:
            raise KeyStoreError(f"the master key {self.path} can't be written: {error.strerror}") from error


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
