"""Is the key for pushes made once, kept to its owner, and are its signatures signed once per push service?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from py_vapid import Vapid02

from backend.kernel.settings import read_settings
from backend.outreach.keys import FILE, SIGNED_FOR, open_push_signer

CONTACT = "mailto:push@example.org"
NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_the_key_is_made_once_and_is_its_owners_only(tmp_path: Path) -> None:
    first = open_push_signer(tmp_path / "keys", CONTACT)
    assert open_push_signer(tmp_path / "keys", CONTACT).public_key == first.public_key
    assert (tmp_path / "keys" / FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [FILE]


def test_a_key_of_another_curve_is_refused(tmp_path: Path) -> None:
    wrong = generate_private_key(SECP384R1())
    (tmp_path / FILE).write_bytes(wrong.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match="P-256"):
        open_push_signer(tmp_path, CONTACT)


def test_a_signature_is_used_again_for_its_push_service_until_it_is_about_to_expire(tmp_path: Path) -> None:
    signer = open_push_signer(tmp_path, CONTACT)
    first = signer.authorization("https://push.example.com/a", NOW)
    assert Vapid02.verify(first)
    assert signer.authorization("https://push.example.com/b", NOW + timedelta(hours=10)) == first
    assert signer.authorization("https://push.example.com/b", NOW + SIGNED_FOR - timedelta(minutes=59)) != first
    assert signer.authorization("https://other.example.com/a", NOW) != first


@pytest.mark.parametrize(
    "origin", ["http://localhost:8400", "https://rounds.lan:8443", "https://rounds", "https://a.b.example.org"]
)
def test_whatever_contact_the_settings_give_can_be_signed(tmp_path: Path, origin: str) -> None:
    """A contact that the signing library refuses would end the worker at its first message."""
    settings = read_settings({"DATABASE_URL": "postgresql://nowhere", "ROUNDS_ORIGIN": origin})
    signer = open_push_signer(tmp_path, settings.push_contact)
    assert Vapid02.verify(signer.authorization("https://push.example.com:443/a", NOW))
