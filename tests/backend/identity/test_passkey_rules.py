"""Is a passkey taken only when all of what it says is right, and is nonsense refused without an error?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.identity import passkey_rules as rules
from backend.identity.passkey_schemas import AssertionMade, PasskeyFacts, RegistrationMade, Site
from tests.backend.identity.authenticator import PRESENT, SITE, TRUE, VERIFIED, Told, new_authenticator

NONCE = "a-nonce-of-ours"
PUBLIC = Site(rp_id="rounds.example", origin="https://rounds.example", is_https=True)
WRONG = [
    Told(rp_id="evil.example"),
    Told(origin="http://evil.example:8400"),
    Told(origin="https://localhost:8400"),
    Told(kind="payment.get"),
    Told(flags=PRESENT),
    Told(flags=VERIFIED),
]


def test_a_passkey_is_made_and_signs() -> None:
    """AD-3."""
    one = new_authenticator()
    facts = rules.read_registration(one.register(NONCE), NONCE, SITE)
    assert facts is not None
    assert facts.credential_id == one.credential_id
    assert rules.read_assertion(one.sign(NONCE), NONCE, SITE, facts) == 1


@pytest.mark.parametrize("told", WRONG)
def test_another_site_an_unseen_person_or_another_purpose_is_refused(told: Told) -> None:
    one = new_authenticator()
    facts = rules.read_registration(one.register(NONCE), NONCE, SITE)
    assert facts is not None
    assert rules.read_registration(new_authenticator().register(NONCE, told), NONCE, SITE) is None
    assert rules.read_assertion(one.sign(NONCE, told), NONCE, SITE, facts) is None


def test_a_developers_machine_has_any_port_and_a_public_site_one_origin() -> None:
    one = new_authenticator()
    assert rules.read_registration(one.register(NONCE, Told(origin="http://localhost:9")), NONCE, SITE) is not None
    there = Told(rp_id="rounds.example", origin="https://rounds.example")
    assert rules.read_registration(one.register(NONCE, there), NONCE, PUBLIC) is not None
    for origin in ("http://rounds.example", "https://rounds.example:444", "https://a.rounds.example"):
        told = Told(rp_id="rounds.example", origin=origin)
        assert rules.read_registration(one.register(NONCE, told), NONCE, PUBLIC) is None


def test_another_nonce_another_passkey_and_a_count_that_stands_still_are_refused() -> None:
    one, other = new_authenticator(), new_authenticator()
    facts = rules.read_registration(one.register(NONCE), NONCE, SITE)
    assert facts is not None
    signed = one.sign(NONCE)
    assert rules.read_assertion(signed, "another", SITE, facts) is None
    assert rules.read_assertion(other.sign(NONCE), NONCE, SITE, facts) is None
    used = PasskeyFacts(facts.credential_id, facts.public_key, sign_count=1)
    assert rules.read_assertion(signed, NONCE, SITE, used) is None


def test_the_nonce_is_read_out_of_what_was_signed() -> None:
    made = new_authenticator().register(NONCE, TRUE)
    assert rules.nonce_of(made.client_data) == NONCE
    for nonsense in ("", "a", "e30", rules.base64url_text(b'{"challenge":"_w","origin":""}'), "[", "\u00e9"):
        assert rules.nonce_of(nonsense) is None


@pytest.mark.parametrize("field", ["client_data", "attestation"])
@given(data=st.binary(max_size=300))
def test_nonsense_of_a_new_passkey_is_refused_without_an_error(field: str, data: bytes) -> None:
    made = new_authenticator().register(NONCE)
    fields = {"id": made.id, "client_data": made.client_data, "attestation": made.attestation}
    assert (
        rules.read_registration(RegistrationMade(**fields | {field: rules.base64url_text(data)}), NONCE, SITE) is None
    )


@pytest.mark.parametrize("field", ["client_data", "authenticator_data", "signature"])
@given(data=st.binary(max_size=300), at=st.integers(min_value=0, max_value=200))
def test_nonsense_of_a_signature_is_refused_without_an_error(field: str, data: bytes, at: int) -> None:
    """Whole nonsense, and a true one with other bytes from some place on."""
    one = new_authenticator()
    facts = rules.read_registration(one.register(NONCE), NONCE, SITE)
    assert facts is not None
    signed = one.sign(NONCE)
    true = {
        "id": signed.id, "client_data": signed.client_data, "authenticator_data": signed.authenticator_data,
        "signature": signed.signature,
    }  # fmt: skip
    whole = rules.read_base64url(true[field])
    assert whole is not None
    for content in (data, whole[:at] + data):
        if content != whole:
            told = AssertionMade(**true | {field: rules.base64url_text(content)})
            assert rules.read_assertion(told, NONCE, SITE, facts) is None


@given(data=st.binary(max_size=200), at=st.integers(min_value=0, max_value=300))
def test_a_new_passkey_with_other_bytes_is_no_other_error(data: bytes, at: int) -> None:
    made = new_authenticator().register(NONCE)
    whole = rules.read_base64url(made.attestation)
    assert whole is not None
    changed = RegistrationMade(
        id=made.id, client_data=made.client_data, attestation=rules.base64url_text(whole[:at] + data)
    )
    read = rules.read_registration(changed, NONCE, SITE)
    assert read is None or read.credential_id
