"""Does the second step open what the password alone does not, once a code, and never keep anybody from sending?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from backend.identity import factor_problems, problems
from backend.identity.commands import second_step
from backend.identity.commands import sign_in as coming_in
from backend.identity.commands.sign_in import Opened
from backend.identity.queries import doors
from backend.identity.schemas import Act
from backend.kernel.db import Database, transaction
from backend.kernel.problems import Kind, Problem
from backend.kernel.vault import Vault
from tests.backend.identity.entering import AppOnPhone, add_app, enter, give_password, vault_in
from tests.backend.identity.journal import kinds_of
from tests.world import World

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    """Keep secrets in a folder of this test."""
    return vault_in(tmp_path)


@pytest.fixture
async def app(database: Database, world: World, vault: Vault) -> AppOnPhone:
    """Give Mei a password and an app."""
    await give_password(database, world, world.mei, NOW)
    return await add_app(database, vault, await enter(database, world, "mei", NOW), NOW)


async def refusal(database: Database, vault: Vault, opened: Opened, code: str, at: datetime = LATER) -> Kind:
    with pytest.raises(Problem) as caught:
        await second_step.show_code(database, vault, opened.who, code, at)
    return caught.value.kind


async def test_the_password_opens_a_session_that_owes_and_the_code_a_whole_one(
    database: Database, world: World, vault: Vault, app: AppOnPhone
) -> None:
    """AD-3; a desk has a quarter of an hour for it, and the token changes (ASVS 7.2.4)."""
    half = await enter(database, world, "mei", LATER)
    assert (half.who.owes_code, half.who.expires_at) == (True, LATER + timedelta(minutes=15))
    whole = await second_step.show_code(database, vault, half.who, app.code(LATER), LATER)
    assert (whole.who.owes_code, whole.who.expires_at) == (False, LATER + timedelta(hours=12))
    assert await doors.principal_of(database.pool, half.who.token_hash, LATER) is None
    assert await doors.principal_of(database.pool, whole.who.token_hash, LATER) == whole.who
    assert (await kinds_of(database, world, world.mei))[-1] == "session.step_shown"


async def test_a_code_opens_once_whatever_session_shows_it(
    database: Database, world: World, vault: Vault, app: AppOnPhone
) -> None:
    one, other = await enter(database, world, "mei", LATER), await enter(database, world, "mei", LATER)
    await second_step.show_code(database, vault, one.who, app.code(LATER), LATER)
    assert await refusal(database, vault, other, app.code(LATER)) is factor_problems.CODE_WRONG
    before = app.code(LATER - timedelta(seconds=30))
    assert await refusal(database, vault, other, before) is factor_problems.CODE_WRONG


async def test_a_code_from_paper_opens_once(database: Database, world: World, vault: Vault, app: AppOnPhone) -> None:
    one, other = await enter(database, world, "mei", LATER), await enter(database, world, "mei", LATER)
    code = app.recovery_codes[7]
    opened = await second_step.show_code(database, vault, one.who, code.upper().replace("-", " "), LATER)
    assert opened.who.owes_code is False
    assert await refusal(database, vault, other, code) is factor_problems.CODE_WRONG
    opened = await second_step.show_code(database, vault, other.who, app.recovery_codes[0], LATER)
    assert opened.who.owes_code is False


async def test_guesses_wait_and_a_right_code_ends_the_wait(
    database: Database, world: World, vault: Vault, app: AppOnPhone
) -> None:
    half = await enter(database, world, "mei", LATER)
    wrong = f"{(int(app.code(LATER)) + 1) % 10**6:06d}"
    kinds = [await refusal(database, vault, half, wrong) for _ in range(5)]
    assert kinds == [factor_problems.CODE_WRONG] * 3 + [problems.WAIT] * 2
    soon = LATER + timedelta(seconds=2)
    assert (await second_step.show_code(database, vault, half.who, app.code(soon), soon)).who.owes_code is False
    assert "session.step_refused" in await kinds_of(database, world, world.mei)


async def test_a_link_is_one_factor_too(database: Database, world: World, app: AppOnPhone) -> None:
    """Whoever makes links could else come in as anybody who has a second factor."""
    assert app.recovery_codes
    act = Act(tenant_id=world.tenant_id, actor_id=world.lin, device_id=None, at=LATER)
    async with transaction(database, world.scope(world.lin)) as tx:
        made = await coming_in.make_sign_in_link(tx, act, world.mei)
    assert (await coming_in.sign_in_by_link(database, made.token, LATER)).who.owes_code is True


async def test_who_owes_nothing_shows_nothing(database: Database, world: World, vault: Vault, app: AppOnPhone) -> None:
    half = await enter(database, world, "mei", LATER)
    whole = await second_step.show_code(database, vault, half.who, app.code(LATER), LATER)
    assert await refusal(database, vault, whole, app.recovery_codes[0]) is factor_problems.NOTHING_OWED
