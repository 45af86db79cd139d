"""Is a second factor set up by the person alone, taken away with a reason, and demanded without stranding anybody?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.identity import factor_problems, problems
from backend.identity.commands import factors
from backend.identity.commands.factors import Asker
from backend.identity.commands.sign_in import Opened
from backend.identity.factor_schemas import Demand, PolicyChange, Proving
from backend.identity.queries import doors
from backend.identity.queries import factors as on_file
from backend.identity.schemas import Act, UserRole
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import Kind, Problem
from backend.kernel.vault import Vault
from tests.backend.identity.entering import PASSWORD, add_app, enter, give_password, vault_in
from tests.backend.identity.journal import kinds_of
from tests.world import World

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUST_SIGNED_IN = Proving(password=None)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Keep secrets in a folder of this test."""
    return vault_in(tmp_path)


@pytest.fixture
async def mei(database: Database, world: World) -> Opened:
    """Let Mei in by her password."""
    await give_password(database, world, world.mei, NOW)
    return await enter(database, world, "mei", NOW)


async def kind_of(work: object) -> Kind:
    with pytest.raises(Problem) as caught:
        await work  # type: ignore[misc]  # whatever is awaited must raise
    return caught.value.kind


async def demand(database: Database, world: World, role: UserRole, wanted: Demand, at: datetime = NOW) -> None:
    act = Act(tenant_id=world.tenant_id, actor_id=world.ada, device_id=None, at=at)
    async with transaction(database, world.scope(world.ada)) as tx:
        await factors.set_policy(tx, act, PolicyChange(role=role, demand=wanted, grace_days=7))


async def enrol_by(database: Database, opened: Opened) -> datetime | None:
    async with database.pool.acquire() as raw:
        found: datetime | None = await raw.fetchval(
            "SELECT enrol_by FROM sessions WHERE token_hash = $1", opened.who.token_hash
        )
        return found


async def test_an_app_is_set_up_by_its_first_code_and_comes_with_ten_codes_for_paper(
    database: Database, world: World, mei: Opened, vault: Vault
) -> None:
    """AD-3."""
    app = await add_app(database, vault, mei, NOW)
    assert len(app.recovery_codes) == 10
    async with transaction(database, world.scope(world.mei)) as tx:
        raw = await bare(tx)
        found = await on_file.factors_of(raw, world.mei)
        kept = await raw.fetchval("SELECT secret FROM totp_factors WHERE user_id = $1", world.mei)
        hashes = await raw.fetch("SELECT code_hash FROM recovery_codes WHERE user_id = $1", world.mei)
    assert (found.has_totp, found.recovery_left) == (True, 10)
    assert app.totp.secret.encode() not in kept
    assert all(row["code_hash"].startswith("$argon2id$") for row in hashes)
    assert (await kinds_of(database, world, world.mei))[-2:] == ["user.totp_added", "user.recovery_codes_made"]


async def test_a_secret_counts_only_after_a_code_of_it(database: Database, mei: Opened, vault: Vault) -> None:
    asker = Asker(mei.who, NOW)
    assert await kind_of(factors.confirm_totp(database, vault, asker, "000000")) is factor_problems.FACTOR_ABSENT
    await factors.begin_totp(database, vault, asker, JUST_SIGNED_IN)
    assert await kind_of(factors.confirm_totp(database, vault, asker, "00000a")) is factor_problems.CODE_WRONG
    async with transaction(database, mei.who.scope()) as tx:
        assert (await on_file.factors_of(await bare(tx), mei.who.user_id)).has_totp is False


async def test_a_second_app_takes_no_place_unasked(database: Database, mei: Opened, vault: Vault) -> None:
    await add_app(database, vault, mei, NOW)
    asker = Asker(mei.who, NOW)
    assert await kind_of(factors.begin_totp(database, vault, asker, JUST_SIGNED_IN)) is factor_problems.FACTOR_PRESENT


@pytest.mark.parametrize(
    ("password", "kind"),
    [(None, factor_problems.PROVE_AGAIN), ("wrong", problems.WRONG_PASSWORD), (PASSWORD, None)],
)
async def test_long_after_signing_in_the_password_is_asked_for(
    database: Database, mei: Opened, vault: Vault, password: str | None, kind: Kind | None
) -> None:
    asker, proving = Asker(mei.who, NOW + HOUR), Proving(password=password)
    if kind is None:
        assert (await factors.begin_totp(database, vault, asker, proving)).uri.startswith("otpauth://totp/")
    else:
        assert await kind_of(factors.begin_totp(database, vault, asker, proving)) is kind


async def test_codes_for_paper_are_made_anew_and_go_with_the_last_factor(
    database: Database, world: World, mei: Opened, vault: Vault
) -> None:
    asker = Asker(mei.who, NOW)
    assert await kind_of(factors.renew_codes(database, asker, JUST_SIGNED_IN)) is factor_problems.FACTOR_ABSENT
    app = await add_app(database, vault, mei, NOW)
    fresh = await factors.renew_codes(database, asker, JUST_SIGNED_IN)
    assert not set(fresh.codes) & set(app.recovery_codes)
    await factors.remove_totp(database, asker, JUST_SIGNED_IN)
    assert await kind_of(factors.remove_totp(database, asker, JUST_SIGNED_IN)) is factor_problems.FACTOR_ABSENT
    async with transaction(database, world.scope(world.mei)) as tx:
        found = await on_file.factors_of(await bare(tx), world.mei)
    assert (found.has_totp, found.recovery_left) == (False, 0)


async def test_who_must_have_a_factor_keeps_the_last_one(
    database: Database, world: World, mei: Opened, vault: Vault
) -> None:
    await add_app(database, vault, mei, NOW)
    await demand(database, world, UserRole.COLLECTOR, Demand.REQUIRED)
    asker = Asker(mei.who, NOW)
    assert await kind_of(factors.remove_totp(database, asker, JUST_SIGNED_IN)) is factor_problems.LAST_FACTOR


async def test_a_new_demand_gives_those_who_are_signed_in_days_of_grace(
    database: Database, world: World, mei: Opened, vault: Vault
) -> None:
    """AD-3: nobody is stranded by a rule."""
    await demand(database, world, UserRole.COLLECTOR, Demand.REQUIRED)
    assert await enrol_by(database, mei) == NOW + 7 * DAY
    later = await enter(database, world, "mei", NOW + DAY)
    assert later.who.enrol_by == NOW + 7 * DAY
    await add_app(database, vault, later, NOW + DAY)
    assert (await enrol_by(database, mei), await enrol_by(database, later)) == (None, None)
    await demand(database, world, UserRole.LEAD, Demand.REQUIRED)
    assert await enrol_by(database, mei) is None


async def test_where_they_are_off_nobody_sets_one_up(
    database: Database, world: World, mei: Opened, vault: Vault
) -> None:
    await demand(database, world, UserRole.COLLECTOR, Demand.OFF)
    asker = Asker(mei.who, NOW)
    assert await kind_of(factors.begin_totp(database, vault, asker, JUST_SIGNED_IN)) is factor_problems.FACTORS_OFF


async def test_a_reset_takes_all_away_is_written_down_and_leaves_a_day(
    database: Database, world: World, mei: Opened, vault: Vault
) -> None:
    """AD-3: a lost factor is the lead's business, with a reason in the journal."""
    await add_app(database, vault, mei, NOW)
    await demand(database, world, UserRole.COLLECTOR, Demand.REQUIRED, NOW - 30 * DAY)
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=NOW)
    async with transaction(database, world.scope(world.lin)) as tx:
        await factors.reset_factors(tx, act, world.mei, "phone fell into the river")
    again = await enter(database, world, "mei", NOW + HOUR)
    assert (again.who.owes_code, again.who.enrol_by) == (False, NOW + DAY)
    async with transaction(database, world.scope(world.ada)) as tx:
        told = await (await bare(tx)).fetchrow(
            "SELECT payload, actor_id FROM events WHERE kind = 'user.factors_reset' AND subject_id = $1", world.mei
        )
    assert told is not None
    assert (told["actor_id"], "phone fell into the river" in str(told["payload"])) == (world.lin, True)


async def test_guesses_at_the_password_wait(database: Database, mei: Opened, vault: Vault) -> None:
    asker = Asker(mei.who, NOW + HOUR)
    kinds = [await kind_of(factors.begin_totp(database, vault, asker, Proving(password="wrong"))) for _ in range(4)]
    assert kinds == [problems.WRONG_PASSWORD] * 3 + [problems.WAIT]
    assert await doors.principal_of(database.pool, mei.who.token_hash, NOW) is not None
