"""Who owes a second step, from when on, and which codes are right?"""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from backend.identity import factor_rules as rules
from backend.identity.factor_schemas import Demand, FactorPolicy, FactorsOnFile, StepKind, Strength
from backend.identity.permissions import Permission

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def found(
    *,
    demand: Demand = Demand.OFFERED,
    has_totp: bool = False,
    passkeys: int = 0,
    made_at: datetime = NOW - 100 * DAY,
    reset_at: datetime | None = None,
) -> FactorsOnFile:
    policy = FactorPolicy(demand=demand, grace_days=7, set_at=NOW)
    return FactorsOnFile(
        has_totp=has_totp, passkeys=passkeys, recovery_left=10 if has_totp else 0, policy=policy, made_at=made_at,
        reset_at=reset_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("has_totp", "passkeys", "demand", "strength", "owes"),
    [
        (False, 0, Demand.REQUIRED, Strength.ONE, False),
        (True, 0, Demand.OFFERED, Strength.ONE, True),
        (False, 1, Demand.OFFERED, Strength.ONE, True),
        (True, 0, Demand.REQUIRED, Strength.ONE, True),
        (True, 1, Demand.REQUIRED, Strength.TWO, False),
        (True, 1, Demand.OFF, Strength.ONE, False),
    ],
)
def test_who_has_a_factor_shows_it_unless_switched_off(
    has_totp: bool,  # noqa: FBT001 - a column of the table
    passkeys: int,
    demand: Demand,
    strength: Strength,
    owes: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """AD-3."""
    assert rules.owes_code(found(demand=demand, has_totp=has_totp, passkeys=passkeys), strength) is owes


@pytest.mark.parametrize(
    ("person", "ends"),
    [
        (found(), None),
        (found(demand=Demand.REQUIRED, has_totp=True), None),
        (found(demand=Demand.REQUIRED), NOW + 7 * DAY),
        (found(demand=Demand.REQUIRED, made_at=NOW + 3 * DAY), NOW + 10 * DAY),
        (found(demand=Demand.REQUIRED, reset_at=NOW + DAY), NOW + 7 * DAY),
        (found(demand=Demand.REQUIRED, reset_at=NOW + 30 * DAY), NOW + 31 * DAY),
    ],
)
def test_the_grace_begins_with_the_rule_the_person_or_the_reset(person: FactorsOnFile, ends: datetime | None) -> None:
    assert rules.enrol_by(person) == ends


def test_before_the_step_one_may_send_and_nothing_else() -> None:
    """AD-3, OF-8: a lockout never stops sending."""
    allowed = {one for one in Permission if rules.may_while_owing_code(one, has_device=False)}
    assert allowed == {Permission.SESSION_OWN, Permission.SYNC_PUSH, Permission.UPLOAD_CREATE}
    own_phone = {one for one in Permission if rules.may_while_owing_code(one, has_device=True)}
    assert own_phone - allowed == {Permission.DEVICE_OWN}
    assert Permission.SYNC_PULL not in rules.WHILE_OWING_FACTOR


def test_the_ways_are_those_that_one_has() -> None:
    assert rules.ways_of(found(has_totp=True, passkeys=1)) == [StepKind.PASSKEY, StepKind.TOTP, StepKind.RECOVERY]
    assert rules.ways_of(found()) == []


@pytest.mark.parametrize(("off_s", "is_right"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_code_is_right_one_step_early_or_late(off_s: int, is_right: bool) -> None:  # noqa: FBT001 - a column
    secret = rules.new_totp_secret()
    code = pyotp.TOTP(secret).at(NOW + timedelta(seconds=off_s))
    step = rules.totp_step(secret, f" {code[:3]} {code[3:]}", NOW)
    assert (step is not None) is is_right
    if step is not None:
        assert step == int(NOW.timestamp()) // 30 + off_s // 30


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
def test_what_is_no_code_is_wrong_without_an_error(typed: str) -> None:
    assert rules.totp_step(rules.new_totp_secret(), typed, NOW) is None


def test_the_address_for_the_app_is_the_usual_one() -> None:
    secret = rules.new_totp_secret()
    read = pyotp.parse_uri(rules.totp_uri(secret, "mei@north", "Rounds"))
    assert isinstance(read, pyotp.TOTP)
    assert (read.secret, read.name, read.issuer, read.digits, read.interval) == (secret, "mei@north", "Rounds", 6, 30)


def test_ten_recovery_codes_each_know_their_place_and_are_read_as_typed() -> None:
    codes = rules.new_recovery_codes()
    assert len(set(codes)) == 10
    for slot, code in enumerate(codes):
        assert rules.normal_recovery_code(code.upper().replace("-", " ")) == (slot, code)
    for wrong in ("123456", "zzzz-zzzz-zzzz", codes[0] + "a", ""):
        assert rules.normal_recovery_code(wrong) is None


@pytest.mark.parametrize(("ago", "is_fresh"), [(899, True), (900, False)])
def test_a_quarter_of_an_hour_after_signing_in_it_is_still_the_person(ago: int, is_fresh: bool) -> None:  # noqa: FBT001
    assert rules.is_fresh(NOW - timedelta(seconds=ago), NOW) is is_fresh
