"""Do obligors, people, places and accounts stand as the lender sent them?"""

import asyncpg
from msgspec.structs import replace

from backend.kernel.db import Database, bare_transaction
from backend.kernel.upsert import Status
from backend.portfolio import commands
from backend.portfolio.queries import directory_of
from backend.portfolio.schemas import (
    AccountRow,
    AddressRow,
    CollateralRow,
    ContactRow,
    Directory,
    InstalmentRow,
    ObligorRow,
    PartyRow,
)  # fmt: skip
from tests.world import TODAY, World

OBLIGOR = ObligorRow("P1", "person", "欧阳娜娜", None, "zh-CN", "Asia/Shanghai", None, None, "{}")
PARTY = PartyRow("P1", "PG1", "related", "spouse", "李四", "unknown", "book", None)
CONTACT = ContactRow("P1", None, "mobile", "138 0013 8000", "+8613800138000", "unknown", "unknown", "book", None)
ADDRESS = AddressRow("P1", None, "home", "四海路 1 号", 30.25, 120.15, "unknown", "book")
ACCOUNT = AccountRow(
    "P1", "L1", "personal", "cash loan", "CNY", 100_000, 113_600, TODAY, None, "active", '{"grade":"A"}'
)
COLLATERAL = CollateralRow("L1", "K1", "vehicle", "van", 50_000, "CNY")
INSTALMENT = InstalmentRow("L1", 1, TODAY, 1000, 100, 0)
EVERY = frozenset({"name", "kind", "status", "consent", "may_contact", "line", "lat", "lon", "principal_minor"})


async def save_all(raw: asyncpg.Connection, world: World, directory: Directory) -> list[Status]:
    """Write one row of each noun, in the order in which they stand on each other."""
    to = (raw, world.tenant_id)
    return [
        *await commands.save_obligors(*to, [OBLIGOR], directory, EVERY),
        *await commands.save_parties(*to, [PARTY], directory, EVERY),
        *await commands.save_contacts(*to, [CONTACT], directory, EVERY),
        *await commands.save_contacts(*to, [replace(CONTACT, party_ref="PG1")], directory, EVERY),
        *await commands.save_addresses(*to, [ADDRESS], directory, EVERY),
        *await commands.save_accounts(*to, [ACCOUNT], directory, EVERY),
        *await commands.save_collateral(*to, [COLLATERAL], directory, EVERY),
        *await commands.save_instalments(*to, [INSTALMENT], directory, EVERY),
    ]


async def test_each_noun_is_added_once(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        first = await save_all(raw, world, Directory({}, {}, {}, {}))
        on_file = await directory_of(raw, world.tenant_id, ["P1", "?"], ["PG1"], ["L1"])
        second = await save_all(raw, world, on_file)
    assert first == [Status.ADDED] * 8
    assert second == [Status.UNCHANGED] * 8
    assert list(on_file.obligors) == ["P1"]
    assert on_file.currencies == {on_file.obligors["P1"]: "CNY"}


async def test_what_follows_from_a_row_is_written_with_it(database: Database, world: World) -> None:
    """IN-4: a spouse without consent may not be contacted; a name has its sound; degrees become a place."""
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        await save_all(raw, world, Directory({}, {}, {}, {}))
        told = await raw.fetchrow(
            "SELECT o.name_sort, p.may_contact, ST_Y(a.place::geometry), a.place_source FROM obligors o"
            " JOIN related_parties p ON p.obligor_id = o.id JOIN addresses a ON a.obligor_id = o.id"
            " WHERE o.external_ref = 'P1'"
        )
        numbers = await raw.fetch(
            "SELECT related_party_id IS NULL, may_contact FROM contact_points"
            " WHERE normal = '+8613800138000' ORDER BY 1"
        )
    assert tuple(told) == ("ou yang na na", False, 30.25, "book")
    assert [tuple(row) for row in numbers] == [(False, False), (True, True)]


async def test_a_stop_that_was_recorded_here_is_not_lifted_by_a_book(database: Database, world: World) -> None:
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        directory = Directory({}, {}, {}, {})
        await save_all(raw, world, directory)
        await raw.execute(
            "UPDATE contact_points SET status = 'stopped', may_contact = false WHERE related_party_id IS NULL"
        )
        renewed = [replace(CONTACT, status="verified", may_contact=True)]
        await commands.save_contacts(raw, world.tenant_id, renewed, directory, EVERY)
        told = await raw.fetchrow(
            "SELECT status, may_contact FROM contact_points"
            " WHERE normal = '+8613800138000' AND related_party_id IS NULL"
        )
    assert tuple(told) == ("stopped", False)
