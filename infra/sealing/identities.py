"""The tenants' secrets for ids where several machines share them: in the key store, wrapped like any key."""

import secrets
from pathlib import Path
from uuid import UUID

from infra.keys import SECRET_BYTES, TenantKeys
from infra.sealing.data_keys import purpose_of
from infra.sealing.session import ContactRow, KeySession
from infra.sealing.store import KeyStore

_RETENTION = "identity"
_NOBODY = UUID(int=0)  # stands where other keys have their contact


class SharedTenantKeys(TenantKeys):
    """The secrets in a key store. One that the folder of before has, from when keys were files, is taken over."""

    def __init__(self, folder: Path, store: KeyStore) -> None:
        super().__init__(folder)
        self._store = store

    def _secret(self, tenant: str) -> bytes:
        found = self._store.run(lambda session: _stored(self._store, session, tenant), write=False)
        if found is not None:
            return found
        inherited = super()._secret(tenant) if self._path(tenant).exists() else None
        made = inherited or secrets.token_bytes(SECRET_BYTES)
        return self._store.run(lambda session: _put(self._store, session, tenant, made), write=True, alone=True)


def _stored(store: KeyStore, session: KeySession, tenant: str) -> bytes | None:
    ring = store.refresh(session)
    found = session.contacts(tenant, [_NOBODY], _RETENTION).get(_NOBODY)
    return ring.unwrap(found[1], purpose_of(tenant, found[0])) if found else None


def _put(store: KeyStore, session: KeySession, tenant: str, secret: bytes) -> bytes:
    found = _stored(store, session, tenant)
    if found is not None:  # another process was quicker, and its secret counts
        return found
    number = session.draw(1)[0]
    wrapped = store.refresh(session).newest.wrap([secret], [purpose_of(tenant, number)])
    session.add_contacts(tenant, _RETENTION, [ContactRow(number, _NOBODY, wrapped[0])])
    return secret
