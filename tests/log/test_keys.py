"""A tenant's secret is made once, kept from others, and never replaced."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from domain.shared.errors import RapportError
from infra.keys import TenantKeys
from tests.conftest import SECRET


def test_nothing_is_made_before_it_is_needed(tmp_path: Path) -> None:
    TenantKeys(tmp_path / "keys")

    assert not (tmp_path / "keys").exists()


def test_a_secret_is_made_on_first_use_for_the_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "home" / "keys"

    TenantKeys(folder).identity_of("main")

    (made,) = folder.iterdir()
    assert made.name == "main.identity"
    assert len(made.read_bytes()) == 32
    assert made.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_same_file_gives_the_same_ids(keys: Path) -> None:
    one, other = TenantKeys(keys), TenantKeys(keys)

    assert one.identity_of("main") is one.identity_of("main")
    assert one.identity_of("main").event("crm", "1") == other.identity_of("main").event("crm", "1")
    assert (keys / "main.identity").read_bytes() == SECRET


def test_tenants_have_secrets_of_their_own(tmp_path: Path) -> None:
    keys = TenantKeys(tmp_path)

    assert keys.identity_of("a").event("crm", "1") != keys.identity_of("b").event("crm", "1")


def test_of_many_who_make_it_at_once_one_wins(tmp_path: Path) -> None:
    everybody = [TenantKeys(tmp_path) for _ in range(16)]
    with ThreadPoolExecutor(8) as pool:
        prints = list(pool.map(lambda keys: keys.identity_of("main").fingerprint(), everybody))

    assert len(set(prints)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["main.identity"]


@pytest.mark.parametrize("content", [b"", b"short", SECRET + b"\n"])
def test_a_damaged_secret_is_refused_and_left_alone(keys: Path, content: bytes) -> None:
    (keys / "main.identity").write_bytes(content)

    with pytest.raises(RapportError, match=rf"main\.identity is damaged: it has {len(content)} bytes instead of 32"):
        TenantKeys(keys).identity_of("main")
    assert (keys / "main.identity").read_bytes() == content


def test_a_secret_that_can_not_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "main.identity").mkdir()

    with pytest.raises(RapportError, match="can't be read or made: Is a directory"):
        TenantKeys(tmp_path).identity_of("main")


def test_a_link_to_nowhere_is_no_reason_for_a_new_secret(tmp_path: Path) -> None:
    # A secret kept elsewhere, on a disk that is not there today: a new one would give every thing another id.
    (tmp_path / "main.identity").symlink_to(tmp_path / "unmounted" / "main.identity")

    with pytest.raises(RapportError, match="can't be read or made"):
        TenantKeys(tmp_path).identity_of("main")


@pytest.mark.parametrize("tenant", ["", ".", "..", "a/b", "../main", "A", "-a", "a" * 64, "main\n", "mäin"])
def test_a_tenants_name_is_no_path(tmp_path: Path, tenant: str) -> None:
    with pytest.raises(RapportError, match="a tenant's name has up to 63 small letters"):
        TenantKeys(tmp_path / "keys").identity_of(tenant)
    assert not (tmp_path / "keys").exists()
