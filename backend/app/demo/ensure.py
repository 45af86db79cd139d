"""How does a newcomer get inside with one click? A made-up lender once, a fresh link per role each time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.app.demo import rows
from backend.app.demo.day import publish_plans
from backend.app.demo.past import Places, remember
from backend.app.demo.staff import Hired, hire
from backend.cases.assigning import assign_cases
from backend.cases.commands import open_or_refresh_cases
from backend.cases.desk_schemas import AssignWish
from backend.identity.commands import people
from backend.identity.commands.sign_in import make_sign_in_link
from backend.identity.schemas import Act, NewTenant, UserRole
from backend.kernel import clock
from backend.kernel.clock import local_day
from backend.kernel.db import SET_SCOPE, Database, Reach, Role, Scope, bare, job_transaction, open_database
from backend.kernel.ids import new_id
from backend.ledger.commands import save_balances, save_payments
from backend.ledger.schemas import AccountKey
from backend.portfolio import commands as portfolio
from backend.portfolio.queries import directory_of
from backend.portfolio.schemas import Directory
from backend.routing.town import MADE_UP_MAP, REAL_MAP
from ml.synthetic.block import Block
from ml.synthetic.files import write_truth
from ml.synthetic.language import LANGUAGES
from ml.synthetic.layers import town_layers
from ml.synthetic.world import World, make_mapped_world, make_world

DEMO_CODE = "demo"
SEED = 7
TRUTH_FOLDER = Path("demo") / "truth"
"""Where in the data folder lies what no lender sees: the living demo asks it what people answer."""

MARK = "INSERT INTO demo_switches (tenant_id, is_on, changed_at) VALUES ($1, true, $2)"
"""From here on the lender is the demo's; nothing else writes this row, whatever a lender is called."""

EVERYTHING: frozenset[str] = frozenset()
"""On a new tenant nothing is changed, so no column needs to be named as changeable."""
LINK_ROLES = (UserRole.COLLECTOR, UserRole.CALLER, UserRole.LEAD, UserRole.ADMIN)


class Entrance(msgspec.Struct, frozen=True):
    """A one-time way in for one role."""

    role: UserRole
    name: str
    login: str
    token: str


async def ensure_demo(url: str, data: Path, *, language: str = "zh", map_zone: str | None = None) -> list[Entrance]:
    """Make the demo's lender if it is not there; return a fresh one-time entrance for each role that newcomers try.

    Runs as the job role, because a tenant is made here. Everything is one transaction: a half-made demo cannot be.
    Its people live in the real town of `<data>/map` when there is one (`map_zone` is its time zone), else in a made-up
    town, whose map is written there.
    """
    database = await open_database(url, role=Role.JOB, pool_size=2, statement_timeout_s=120)
    try:
        now = clock.now()
        async with job_transaction(database) as tx:
            raw = await bare(tx)
            tenant_id = await raw.fetchval("SELECT id FROM tenants WHERE code = $1", DEMO_CODE)
            if tenant_id is None:
                world = _world(language, map_zone, data / "map", now)
                tenant_id = await _make(tx, world, now)
                write_truth(world, data / TRUTH_FOLDER)
            await raw.execute(SET_SCOPE, *_scope(tenant_id).settings())
            await publish_plans(raw, tenant_id, now)
        return await _entrances(database, tenant_id, now)
    finally:
        await database.close()


def _world(language: str, map_zone: str | None, folder: Path, now: datetime) -> World:
    """Make the world, in the real town whose map the operator brought, or in a made-up one."""
    tongue = LANGUAGES[language]
    if (folder / REAL_MAP).is_file():
        tongue = replace(tongue, zone=map_zone or tongue.zone)
        return make_mapped_world("small", SEED, local_day(now, tongue.zone), tongue, folder)
    world = make_world("small", SEED, local_day(now, tongue.zone), language)
    folder.mkdir(parents=True, exist_ok=True)
    layers = msgspec.json.encode(town_layers(world.town, tongue))
    (folder / MADE_UP_MAP).write_bytes(layers)
    return world


async def _make(tx: AsyncConnection, world: World, now: datetime) -> UUID:
    act = Act(tenant_id=new_id(), actor_id=None, device_id=None, at=now)
    raw = await bare(tx)
    await raw.execute(SET_SCOPE, *_scope(act.tenant_id).settings())
    tongue = world.frame.language
    new = NewTenant(
        code=DEMO_CODE,
        name=world.staff.tenant,
        zone=tongue.zone,
        currency=tongue.currency,
        language="zh-CN" if tongue.code == "zh" else "en",
    )
    await people.create_tenant(tx, act, new)
    await raw.execute(MARK, act.tenant_id, now)
    hired = await hire(tx, act, world)
    for block in world.blocks():
        await _write_block(raw, act.tenant_id, block, hired, now)
    await _hand_out(raw, act)
    return act.tenant_id


async def _hand_out(raw: asyncpg.Connection, act: Act) -> None:
    """Give each territory's cases to its collector, as a lead would."""
    for row in await raw.fetch("SELECT id, user_id FROM territories WHERE tenant_id = $1", act.tenant_id):
        wish = AssignWish(
            case_ids=None,
            territory_id=row["id"],
            area=None,
            user_id=row["user_id"],
            only_unassigned=True,
            reason="territory",
        )
        await assign_cases(raw, act, wish, None)


def _scope(tenant_id: UUID) -> Scope:
    return Scope(tenant_id=tenant_id, user_id=UUID(int=0), reach=Reach.TENANT, team_ids=())


async def _write_block(raw: asyncpg.Connection, tenant_id: UUID, block: Block, hired: Hired, now: datetime) -> None:
    directory = await _write_book(raw, tenant_id, block)
    await open_or_refresh_cases(raw, tenant_id, list(directory.obligors.values()), now)
    await remember(raw, tenant_id, block, hired, await _places(raw, tenant_id, block))


async def _write_book(raw: asyncpg.Connection, tenant_id: UUID, block: Block) -> Directory:
    book = block.book
    directory = await directory_of(raw, tenant_id, [], [], [])
    await portfolio.save_obligors(raw, tenant_id, rows.obligors(book["obligors"]), directory, EVERYTHING)
    await portfolio.save_parties(raw, tenant_id, rows.parties(book["related_parties"]), directory, EVERYTHING)
    await portfolio.save_contacts(raw, tenant_id, rows.contacts(book["contact_points"]), directory, EVERYTHING)
    await portfolio.save_addresses(raw, tenant_id, rows.addresses(book["addresses"]), directory, EVERYTHING)
    await portfolio.save_accounts(raw, tenant_id, rows.accounts(book["accounts"]), directory, EVERYTHING)
    await portfolio.save_collateral(raw, tenant_id, rows.collateral(book["collateral"]), directory, EVERYTHING)
    await portfolio.save_instalments(raw, tenant_id, rows.instalments(book["instalments"]), directory, EVERYTHING)
    keys = {
        ref: AccountKey(account_id=account.id, obligor_id=account.obligor_id)
        for ref, account in directory.accounts.items()
    }
    currency = next(iter(directory.accounts.values())).currency
    await save_payments(raw, tenant_id, rows.payments(book["payments"], currency), keys)
    await save_balances(raw, tenant_id, rows.balances(book["balances"]), keys, EVERYTHING)
    return directory


async def _places(raw: asyncpg.Connection, tenant_id: UUID, block: Block) -> Places:
    """Find the ids behind the references of the history: contacts by value, addresses by line, cases by obligor."""
    cases = await raw.fetch(
        "SELECT obligors.external_ref AS ref, cases.id FROM cases JOIN obligors ON obligors.id = cases.obligor_id"
        " WHERE cases.tenant_id = $1",
        tenant_id,
    )
    contacts = await raw.fetch(
        "SELECT obligors.external_ref AS ref, normal AS value, contact_points.id FROM contact_points"
        " JOIN obligors ON obligors.id = obligor_id WHERE contact_points.tenant_id = $1",
        tenant_id,
    )
    addresses = await raw.fetch(
        "SELECT obligors.external_ref AS ref, line AS value, addresses.id FROM addresses"
        " JOIN obligors ON obligors.id = obligor_id WHERE addresses.tenant_id = $1",
        tenant_id,
    )
    return Places(
        cases={row["ref"]: row["id"] for row in cases},
        contacts=_by_reference(block, "contact_points", "value", contacts),
        addresses=_by_reference(block, "addresses", "line", addresses),
    )


def _by_reference(block: Block, noun: str, column: str, stored: Sequence[asyncpg.Record]) -> dict[str, UUID]:
    ids = {(row["ref"], row["value"]): row["id"] for row in stored}
    found = {}
    for row in rows.rows_of(block.book[noun]):
        value = str(row[column])
        key = (str(row["obligor_ref"]), value.lower() if noun == "contact_points" else value)
        if key in ids:
            found[str(row["ref"])] = ids[key]
    return found


async def _entrances(database: Database, tenant_id: UUID, now: datetime) -> list[Entrance]:
    async with job_transaction(database) as tx:
        raw = await bare(tx)
        await raw.execute(SET_SCOPE, *_scope(tenant_id).settings())
        people_found = await raw.fetch(
            "SELECT DISTINCT ON (role) id, role, name, login FROM users WHERE tenant_id = $1 AND is_active"
            " ORDER BY role, login",
            tenant_id,
        )
        act = Act(tenant_id=tenant_id, actor_id=None, device_id=None, at=now)
        entrances = []
        for row in people_found:
            role = UserRole(row["role"])
            if role in LINK_ROLES:
                link = await make_sign_in_link(tx, act, row["id"])
                entrances.append(Entrance(role=role, name=row["name"], login=row["login"], token=link.token))
        return sorted(entrances, key=lambda one: LINK_ROLES.index(one.role))
