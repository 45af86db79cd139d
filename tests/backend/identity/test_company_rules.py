"""Is a provider believed only when signature, issuer, audience, time, nonce and claim are right?"""

from datetime import UTC, datetime

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from backend.identity import company_rules as rules
from backend.identity.company_schemas import CompanyOnFile, Endpoints, Expected, Vouched

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
ISSUER = "https://login.example"
KEY = ECKey.generate_key(auto_kid=True)
KEYS = dict(KeySet([KEY]).as_dict(private=False))
EXPECTED = Expected(issuer=ISSUER, client_id="rounds", nonce="a-nonce", claim="email")
TRUE: dict[str, object] = {
    "iss": ISSUER, "aud": "rounds", "sub": "s1", "iat": AT, "exp": AT + 300, "nonce": "a-nonce",
    "email": " Mei@North.example ", "email_verified": True,
}  # fmt: skip


def told(*, key: ECKey = KEY, more: dict[str, object] | None = None) -> str:
    said = {name: value for name, value in (TRUE | (more or {})).items() if value is not None}
    return jwt.encode({"alg": "ES256", "kid": KEY.kid}, said, key)


def vouched(token: str, keys: object = KEYS, expected: Expected = EXPECTED) -> Vouched | None:
    return rules.vouched_by(token, keys, expected, NOW)


def test_a_right_token_vouches_for_a_name_as_it_is_on_file() -> None:
    """AD-3."""
    assert vouched(told()) == Vouched(subject="s1", login="mei@north.example")
    assert vouched(told(more={"aud": ["rounds", "other"], "azp": "rounds"})) is not None
    by_name = Expected(issuer=ISSUER, client_id="rounds", nonce="a-nonce", claim="preferred_username")
    named = told(more={"preferred_username": "Mei", "email_verified": None})
    assert vouched(named, expected=by_name) == Vouched(subject="s1", login="mei")


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "https://evil.example"}, {"iss": None}, {"aud": "other"}, {"aud": ["rounds", "other"]}, {"aud": None},
        {"nonce": "another"}, {"nonce": None}, {"exp": AT - 61}, {"exp": None}, {"iat": None}, {"iat": AT + 3600},
        {"nbf": AT + 3600}, {"sub": None}, {"sub": 7}, {"sub": ""}, {"email": None}, {"email": ["mei@north.example"]},
        {"email_verified": False}, {"email_verified": "true"}, {"email_verified": None}, {"sub": "x" * 301},
    ],
)  # fmt: skip
def test_a_token_with_one_wrong_word_vouches_for_nobody(wrong: dict[str, object]) -> None:
    assert vouched(told(more=wrong)) is None


def test_a_token_is_signed_by_a_key_of_the_provider_and_never_by_what_all_know() -> None:
    claims = dict(TRUE)
    shared = OctKey.import_key(b"what the provider and we both know" * 2)
    for token in (
        told(key=ECKey.generate_key()),
        jwt.encode({"alg": "HS256", "kid": KEY.kid}, claims, shared, algorithms=["HS256"]),
        "eyJhbGciOiJub25lIn0." + told().split(".")[1] + ".",
        told()[:-4] + "AAAA",
        "", "a.b.c", "....",
    ):  # fmt: skip
        assert vouched(token) is None


@pytest.mark.parametrize("keys", [None, [], {}, {"keys": []}, {"keys": [{}]}, {"keys": [{"kty": "EC"}]}, {"keys": 7}])
def test_keys_that_are_none_vouch_for_nobody(keys: object) -> None:
    assert vouched(told(), keys=keys) is None


@pytest.mark.parametrize(
    ("url", "issuer", "may"),
    [
        ("https://login.example/token", ISSUER, True),
        ("https://keys.other.example/", ISSUER, True),
        ("http://login.example/token", ISSUER, False),
        ("http://localhost:9/token", ISSUER, False),
        ("http://localhost:9/token", "http://localhost:9", True),
        ("http://127.0.0.1:9/token", "http://localhost:9", True),
        ("http://10.0.0.1/token", "http://localhost:9", False),
        ("http://login.example/", "http://login.example", False),
        ("https://user@login.example/", ISSUER, False),
        ("file:///etc/passwd", ISSUER, False),
        ("", ISSUER, False),
        ("http://[", ISSUER, False),
    ],
)
def test_a_provider_is_asked_by_https_only(url: str, issuer: str, may: bool) -> None:  # noqa: FBT001 - a column
    assert rules.may_ask(url, issuer) is may


def test_an_issuer_is_an_address_with_nothing_behind_it() -> None:
    assert rules.is_issuer("https://login.example/tenant")
    assert not any(
        rules.is_issuer(wrong) for wrong in ("https://x.example/?a", "https://x.example/#a", "http://x", "x")
    )


def test_the_way_there_carries_what_must_come_back() -> None:
    company = CompanyOnFile(issuer=ISSUER, client_id="rounds", kept_secret=None, claim="email", counts_as_second=False)
    found = Endpoints(issuer=ISSUER, authorization_endpoint=f"{ISSUER}/a?x=1", token_endpoint=ISSUER, jwks_uri=ISSUER)
    url = rules.way_to(found, company, "https://rounds.example", {"state": "s s", "nonce": "n"})
    assert url.startswith(f"{ISSUER}/a?x=1&response_type=code&client_id=rounds&redirect_uri=https%3A%2F%2Frounds")
    assert url.endswith("scope=openid+email+profile&code_challenge_method=S256&state=s+s&nonce=n")
    assert rules.pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    ), "RFC 7636, appendix B"
