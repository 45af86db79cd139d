"""Do cases follow the book: opened, refreshed, cured, and given a door when one becomes known?"""

import asyncpg
import pytest

from backend.cases.commands import OBLIGORS_A_STEP_MAX, open_or_refresh_cases
from backend.cases.schemas import CaseState
from backend.kernel.db import Database
from backend.kernel.ids import new_id
from tests.world import MORNING, OVERDUE_MINOR, World


async def refresh(raw: asyncpg.Connection, world: World, obligor: int) -> list[tuple[bool, CaseState, int]]:
    changes = await open_or_refresh_cases(raw, world.tenant_id, [world.obligors[obligor]], MORNING)
    return [(change.is_new, change.state, change.overdue_minor) for change in changes]


async def owe(raw: asyncpg.Connection, world: World, obligor: int, overdue_minor: int, days: int) -> None:
    await raw.execute(
        "UPDATE balances SET overdue_minor = $2, days_past_due = $3 WHERE account_id = $1",
        world.accounts[obligor],
        overdue_minor,
        days,
    )


async def test_all_accounts_of_one_obligor_are_one_case(job_database: Database, world: World) -> None:
    """IN-2: a second account is added to the case that is open."""
    account = new_id()
    async with job_database.pool.acquire() as raw, raw.transaction():
        await refresh(raw, world, 0)
        await raw.execute(
            "INSERT INTO accounts (id, tenant_id, obligor_id, external_ref, kind, product, currency, principal_minor,"
            " status, row_hash) VALUES ($1, $2, $3, 'A-second', 'personal', 'card', 'CNY', 100, 'active', '\\x00')",
            account, world.tenant_id, world.obligors[0],
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO balances VALUES ($1, $2, $3, '2026-11-24', 1000, 0, 0, 0, 600, 200, 'CNY', '\\x00')",
            world.tenant_id, account, world.obligors[0],
        )  # fmt: skip
        changes = await refresh(raw, world, 0)
        row = await raw.fetchrow("SELECT overdue_minor, days_past_due, bucket FROM cases WHERE id = $1", world.cases[0])
    assert changes == [(False, CaseState.ACTIVE, OVERDUE_MINOR[0] + 600)]
    assert tuple(row) == (OVERDUE_MINOR[0] + 600, 200, "M7")


async def test_a_second_reading_of_the_same_book_changes_nothing(job_database: Database, world: World) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        await refresh(raw, world, 1)
        assert await refresh(raw, world, 1) == []


async def test_who_owes_nothing_overdue_is_cured_and_a_later_default_is_a_new_case(
    job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        await raw.fetch("SELECT nextval('case_numbers') FROM generate_series(1, 10)")  # behind the world's own numbers
        await owe(raw, world, 2, 0, 0)
        assert await refresh(raw, world, 2) == [(False, CaseState.CURED, 0)]
        told = await raw.fetchval("SELECT reason FROM phone_changes WHERE noun_id = $1", world.cases[2])
        await owe(raw, world, 2, 500, 3)
        assert await refresh(raw, world, 2) == [(True, CaseState.NEW, 500)]
        count = await raw.fetchval("SELECT count(*) FROM cases WHERE obligor_id = $1", world.obligors[2])
    assert (told, count) == ("closed", 2)


async def test_a_case_without_a_door_gets_the_first_one_that_becomes_known(
    job_database: Database, world: World
) -> None:
    """A loan book may come before the file with the people and their addresses."""
    async with job_database.pool.acquire() as raw, raw.transaction():
        await raw.execute(
            "UPDATE cases SET door = NULL, door_address_id = NULL, team_id = NULL WHERE id = $1", world.cases[3]
        )
        changes = await refresh(raw, world, 3)
        door = await raw.fetchrow(
            "SELECT door_address_id, team_id, ST_Y(door::geometry) AS lat FROM cases WHERE id = $1", world.cases[3]
        )
        told = await raw.fetchval("SELECT user_id FROM phone_changes WHERE noun_id = $1", world.cases[3])
    assert (door["door_address_id"], door["team_id"]) == (world.addresses[3], world.field_team_id)
    assert door["lat"] == pytest.approx(30.262)
    assert told == world.bo
    assert changes == [(False, CaseState.ACTIVE, OVERDUE_MINOR[3])]


async def test_a_door_without_a_place_gives_way_to_one_with_a_place_and_to_nothing_else(
    job_database: Database, world: World
) -> None:
    """People may come first with their addresses as words, and again later with places: then the map must know."""
    case, address = world.cases[0], world.addresses[0]
    seen = "SELECT door_address_id, ST_Y(door::geometry) AS lat FROM cases WHERE id = $1"
    async with job_database.pool.acquire() as raw, raw.transaction():
        await raw.execute("UPDATE cases SET door = NULL WHERE id = $1", case)
        await raw.execute("UPDATE addresses SET place = NULL WHERE id = $1", address)
        assert await refresh(raw, world, 0) == []
        assert tuple(await raw.fetchrow(seen, case)) == (address, None)
        await raw.execute("UPDATE addresses SET place = ST_MakePoint(24.9, 60.2)::geography WHERE id = $1", address)
        assert await refresh(raw, world, 0) == [(False, CaseState.ACTIVE, OVERDUE_MINOR[0])]
        assert tuple(await raw.fetchrow(seen, case)) == (address, pytest.approx(60.2))
        assert await refresh(raw, world, 0) == []


async def test_a_step_has_a_limit(job_database: Database, world: World) -> None:
    async with job_database.pool.acquire() as raw:
        with pytest.raises(ValueError, match="at most"):
            await open_or_refresh_cases(raw, world.tenant_id, [new_id()] * (OBLIGORS_A_STEP_MAX + 1), MORNING)
