"""Who may come in, how long does it last, how long must one wait?"""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from backend.identity import problems, rules
from backend.identity.schemas import DeviceProof, Profile, UserRole
from backend.kernel.ids import new_id
from backend.kernel.problems import Kind
from tests.backend.identity.phone import Phone, new_phone

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
NORTH, SOUTH = new_id(), new_id()


@pytest.mark.parametrize(
    ("failed_count", "seconds_ago", "wait_s"),
    [
        (0, 0, 0), (2, 0, 0), (3, 0, 2), (3, 1.5, 1), (3, 2, 0), (4, 0, 4), (5, 0, 8), (11, 0, 512),
        (12, 0, 900), (12, 899, 1), (12, 900, 0), (10_000, 0, 900), (10_000, 900, 0),
    ],
)  # fmt: skip
def test_the_wait_doubles_and_never_passes_a_quarter_of_an_hour(
    failed_count: int, seconds_ago: float, wait_s: int
) -> None:
    """AD-3: a delay, never a lock: the last rows let an attempt through however often somebody failed."""
    failed_at = NOW - timedelta(seconds=seconds_ago)
    assert rules.wait_s(failed_count, failed_at, NOW, longest_s=rules.LOGIN_WAIT_MAX_S) == wait_s


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_whoever_waits_the_longest_wait_gets_an_attempt(failed_count: int, more_s: int) -> None:
    failed_at = NOW - timedelta(seconds=rules.DEVICE_WAIT_MAX_S + more_s)
    assert rules.wait_s(failed_count, failed_at, NOW, longest_s=rules.DEVICE_WAIT_MAX_S) == 0


@pytest.mark.parametrize(
    ("password", "login", "refusal"),
    [
        ("harbour-29", "mei", None),
        ("harbour-2", "mei", problems.PASSWORD_WEAK),
        ("aaaabbbbcccc", "mei", problems.PASSWORD_WEAK),
        ("abcdeabcde", "mei", None),
        ("Mei.Lin-29-x", "mei.lin@north", problems.PASSWORD_WEAK),
        ("a-bo-at-at-sea", "bo", None),
        ("密码要够长才可以啊吧", "mei", None),
    ],
)
def test_a_password_is_long_varied_and_not_the_name(password: str, login: str, refusal: Kind | None) -> None:
    assert rules.password_refusal(password, login) is refusal


@pytest.mark.parametrize(
    ("login", "refusal"),
    [
        ("ab", None), ("a", problems.LOGIN_UNFIT), ("a" * 80, None), ("a" * 81, problems.LOGIN_UNFIT),
        ("mei@north.example", None), ("Mei", problems.LOGIN_UNFIT), ("mei lin", problems.LOGIN_UNFIT),
        ("mei\n", problems.LOGIN_UNFIT), ("梅", problems.LOGIN_UNFIT),
    ],
)  # fmt: skip
def test_a_sign_in_name_is_what_the_database_takes(login: str, refusal: Kind | None) -> None:
    assert rules.login_refusal(login) is refusal


def test_a_typed_name_is_read_without_blanks_and_capitals() -> None:
    assert rules.normal_login("  Mei@North ") == "mei@north"


def test_a_desk_session_lasts_a_shift_and_a_device_session_a_month() -> None:
    assert rules.session_end(NOW, has_device=False) - NOW == timedelta(hours=12)
    assert rules.session_end(NOW, has_device=True) - NOW == timedelta(days=30)


@pytest.mark.parametrize(
    ("left", "has_device", "slides"),
    [
        (timedelta(days=30), True, False),
        (timedelta(days=29), True, False),
        (timedelta(days=29) - timedelta(seconds=1), True, True),
        (timedelta(seconds=1), True, True),
        (timedelta(hours=1), False, False),
    ],
)
def test_only_a_device_session_slides_and_once_a_day(left: timedelta, *, has_device: bool, slides: bool) -> None:
    assert rules.must_slide(NOW + left, NOW, has_device=has_device) is slides


def test_a_device_is_proven_by_its_own_signature_over_this_nonce_only() -> None:
    phone, other = new_phone(), new_phone()
    device = phone.on_file(new_id())
    good = phone.proof("nonce-of-the-server")

    assert rules.is_proven(device, good)
    assert not rules.is_proven(device, DeviceProof(nonce="another-nonce-here", signature=good.signature))
    assert not rules.is_proven(device, Phone(id=phone.id, key=other.key).proof(good.nonce))
    assert not rules.is_proven(device, Phone(id=other.id, key=phone.key).proof(good.nonce))


@pytest.mark.parametrize("signature", ["", "%%%", "AAAA", b64encode(bytes(63)).decode(), b64encode(bytes(65)).decode()])
def test_a_signature_of_another_form_proves_nothing(signature: str) -> None:
    phone = new_phone()
    assert not rules.is_proven(phone.on_file(new_id()), DeviceProof(nonce="n" * 20, signature=signature))


def test_only_a_key_on_p256_is_read() -> None:
    p384 = ec.generate_private_key(ec.SECP384R1()).public_key()
    assert rules.read_public_key(new_phone().spki) is not None
    assert rules.read_public_key(p384.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)) is None
    assert rules.read_public_key(b"") is None
    assert rules.read_public_key(new_phone().spki[:-1]) is None


@given(st.binary(max_size=100))
def test_base64_is_read_with_and_without_padding(data: bytes) -> None:
    text = b64encode(data).decode()
    assert rules.read_base64(text) == rules.read_base64(text.rstrip("=")) == data


@pytest.mark.parametrize("text", ["a", "a%b=", "é", "ab\n"])
def test_what_is_not_base64_is_nothing(text: str) -> None:
    assert rules.read_base64(text) is None


@pytest.mark.parametrize(
    ("start", "end", "zone", "refusal"),
    [
        (540, 1080, "Asia/Shanghai", None),
        (540, 541, "Europe/Helsinki", None),
        (540, 540, "Asia/Shanghai", problems.SHIFT_REVERSED),
        (540, 1080, "Moon/Base", problems.UNKNOWN_ZONE),
        (540, 1080, "../etc/passwd", problems.UNKNOWN_ZONE),
        (540, 1080, "", problems.UNKNOWN_ZONE),
    ],
)
def test_a_shift_runs_forward_in_a_zone_that_exists(start: int, end: int, zone: str, refusal: Kind | None) -> None:
    profile = Profile(
        name="Mei", language="en", zone=zone, shift_start_minute=start, shift_end_minute=end,
        start_point=None, end_point=None,
    )  # fmt: skip
    assert rules.profile_refusal(profile) is refusal


@pytest.mark.parametrize(
    ("asker", "target", "shares_team", "may"),
    [
        (UserRole.ADMIN, UserRole.ADMIN, False, True),
        (UserRole.ADMIN, UserRole.COLLECTOR, False, True),
        (UserRole.LEAD, UserRole.COLLECTOR, True, True),
        (UserRole.LEAD, UserRole.CALLER, True, True),
        (UserRole.LEAD, UserRole.COLLECTOR, False, False),
        (UserRole.LEAD, UserRole.LEAD, True, False),
        (UserRole.LEAD, UserRole.ADMIN, True, False),
        (UserRole.LEAD, UserRole.COMPLIANCE, True, False),
        (UserRole.COLLECTOR, UserRole.COLLECTOR, True, False),
        (UserRole.AUDITOR, UserRole.COLLECTOR, True, False),
    ],
)
def test_a_link_opens_no_role_above_the_one_who_gives_it(
    asker: UserRole, target: UserRole, *, shares_team: bool, may: bool
) -> None:
    target_teams = [NORTH] if shares_team else [SOUTH]
    assert rules.may_let_in(asker, [NORTH], target, target_teams) is may
