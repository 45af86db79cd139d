"""The one named world of the tests: lender North with people and six cases, as a tenant of its own per test.

Mei and Bo collect in the field for team North, Lin leads them; Cai calls at the desk; Ada administers. Cases 1-3 are
Mei's, 4 and 5 Bo's, 6 nobody's. Each obligor has one account, a mobile number, a home with a place and a guarantor.
"""

from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.kernel.db import Database, Reach, Scope
from backend.kernel.ids import new_id
from backend.portfolio.rules import sort_name

ZONE = "Asia/Shanghai"
TODAY = date(2026, 11, 24)
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""Nine o'clock in Shanghai."""


class World(msgspec.Struct, frozen=True):
    """Ids by the names that the tests use."""

    tenant_id: UUID
    field_team_id: UUID
    desk_team_id: UUID
    mei: UUID
    bo: UUID
    lin: UUID
    cai: UUID
    ada: UUID
    obligors: list[UUID]
    cases: list[UUID]
    contacts: list[UUID]
    addresses: list[UUID]
    accounts: list[UUID]

    def scope(self, user_id: UUID) -> Scope:
        """Return the scope that a signed-in user would have."""
        reach = Reach.OWN if user_id in (self.mei, self.bo) else Reach.TEAM
        team = self.desk_team_id if user_id == self.cai else self.field_team_id
        if user_id == self.ada:
            reach = Reach.TENANT
        return Scope(tenant_id=self.tenant_id, user_id=user_id, reach=reach, team_ids=(team,))


OVERDUE_MINOR = (824_000, 192_000, 1_240_000, 331_000, 506_000, 77_700)
DAYS_PAST_DUE = (92, 31, 64, 15, 120, 5)
NAMES = ("王小雨", "李四", "北方商贸有限公司", "Anna Field", "阿卜杜拉·阿卜杜热合曼·买买提明", "欧阳娜娜")
PLACES = (
    (30.250, 120.150),
    (30.251, 120.152),
    (30.255, 120.149),
    (30.262, 120.158),
    (30.240, 120.141),
    (30.245, 120.16),
)


async def make_world(jobs: Database) -> World:
    """Write the world as a new tenant; `jobs` must be opened as Role.JOB."""
    tenant_id, field_team_id, desk_team_id, mei, bo, lin, cai, ada = (new_id() for _ in range(8))
    obligors, cases, contacts, addresses, accounts = ([new_id() for _ in NAMES] for _ in range(5))
    world = World(
        tenant_id=tenant_id, field_team_id=field_team_id, desk_team_id=desk_team_id, mei=mei, bo=bo, lin=lin, cai=cai,
        ada=ada, obligors=obligors, cases=cases, contacts=contacts, addresses=addresses, accounts=accounts,
    )  # fmt: skip
    async with jobs.pool.acquire() as raw, raw.transaction():
        await raw.execute(
            "INSERT INTO tenants (id, code, name, zone, currency, language)"
            " VALUES ($1, $2, 'North', $3, 'CNY', 'zh-CN')",
            world.tenant_id,
            f"north-{world.tenant_id.hex[-12:]}",
            ZONE,
        )
        await _people(raw, world)
        await _book(raw, world)
        await _cases(raw, world)
        # A book that is imported later must not be given the numbers of these six.
        await raw.fetch("SELECT nextval('case_numbers') FROM generate_series(1, $1::int)", len(NAMES))
    return world


async def _people(raw: asyncpg.Connection, world: World) -> None:
    teams = [(world.field_team_id, "North field", "field"), (world.desk_team_id, "North desk", "desk")]
    await raw.executemany(
        "INSERT INTO teams (id, tenant_id, name, kind) VALUES ($1, $4, $2, $3)", [(*t, world.tenant_id) for t in teams]
    )
    people = [
        (world.mei, "mei", "Mei", "collector", world.field_team_id),
        (world.bo, "bo", "Bo", "collector", world.field_team_id),
        (world.lin, "lin", "Lin", "lead", world.field_team_id),
        (world.cai, "cai", "Cai", "caller", world.desk_team_id),
        (world.ada, "ada", "Ada", "admin", world.field_team_id),
    ]
    suffix = world.tenant_id.hex[-12:]
    for user_id, login, name, role, team_id in people:
        await raw.execute(
            "INSERT INTO users (id, tenant_id, login, name, role, language, zone, start_point, end_point)"
            " VALUES ($1, $2, $3, $4, $5, 'zh-CN', $6, $7, $7)",
            user_id,
            world.tenant_id,
            f"{login}-{suffix}",
            name,
            role,
            ZONE,
            "SRID=4326;POINT(120.15 30.25)",
        )
        await raw.execute(
            "INSERT INTO sign_in_names VALUES ($1, $2, $3)", f"{login}-{suffix}", world.tenant_id, user_id
        )
        await raw.execute("INSERT INTO team_members VALUES ($1, $2, $3)", world.tenant_id, team_id, user_id)


async def _book(raw: asyncpg.Connection, world: World) -> None:
    digest = b"\0" * 16
    for n, name in enumerate(NAMES):
        obligor, account = world.obligors[n], world.accounts[n]
        kind = "company" if "公司" in name else "person"
        await raw.execute(
            "INSERT INTO obligors (id, tenant_id, external_ref, kind, name, name_sort, language, zone, row_hash)"
            " VALUES ($1, $2, $3, $4, $5, $6, 'zh-CN', $7, $8)",
            obligor, world.tenant_id, f"C{n + 1}", kind, name, sort_name(name), ZONE, digest,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO contact_points (id, tenant_id, obligor_id, kind, value, normal, status, consent, source,"
            " may_contact, row_hash) VALUES ($1, $2, $3, 'mobile', $4, $4, 'unknown', 'given', 'book', true, $5)",
            world.contacts[n], world.tenant_id, obligor, f"+8619900000{n:03d}", digest,
        )  # fmt: skip
        lat, lon = PLACES[n]
        await raw.execute(
            "INSERT INTO addresses (id, tenant_id, obligor_id, kind, line, place, place_source, status, source,"
            " row_hash)"
            " VALUES ($1, $2, $3, 'home', $4, ST_MakePoint($5, $6)::geography, 'book', 'unknown', 'book', $7)",
            world.addresses[n], world.tenant_id, obligor, f"四海路 {n + 1} 号 2 栋 601", lon, lat, digest,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO related_parties (id, tenant_id, obligor_id, external_ref, role, relation, name, consent,"
            " source, may_contact, row_hash)"
            " VALUES ($1, $2, $3, $4, 'guarantor', 'friend', '赵大', 'given', 'book', true, $5)",
            new_id(), world.tenant_id, obligor, f"G{n + 1}", digest,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO accounts (id, tenant_id, obligor_id, external_ref, kind, product, currency, principal_minor,"
            " status, row_hash) VALUES ($1, $2, $3, $4, $5, 'cash loan', 'CNY', 2000000, 'active', $6)",
            account, world.tenant_id, obligor, f"A{n + 1}", "corporate" if kind == "company" else "personal", digest,
        )  # fmt: skip
        await raw.execute(
            "INSERT INTO balances VALUES ($1, $2, $3, $4, 1500000, 20000, 5000, 0, $5, $6, 'CNY', $7)",
            world.tenant_id, account, obligor, TODAY, OVERDUE_MINOR[n], DAYS_PAST_DUE[n], digest,
        )  # fmt: skip


async def _cases(raw: asyncpg.Connection, world: World) -> None:
    owners = (world.mei, world.mei, world.mei, world.bo, world.bo, None)
    for n, owner in enumerate(owners):
        lat, lon = PLACES[n]
        await raw.execute(
            "INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor, balance_minor,"
            " days_past_due, bucket, score, team_id, desk_team_id, assignee_id, door_address_id, door, opened_at)"
            " VALUES ($1, $2, $3, $4, $5, 'active', 'CNY', $6, 1525000, $7, $8, $9, $10, $11, $12, $13,"
            " ST_MakePoint($14, $15)::geography, $16)",
            world.cases[n], world.tenant_id, world.obligors[n], f"R-{n + 1:06d}",
            "corporate" if "公司" in NAMES[n] else "personal", OVERDUE_MINOR[n], DAYS_PAST_DUE[n],
            f"M{DAYS_PAST_DUE[n] // 30 + 1}", float(OVERDUE_MINOR[n] * DAYS_PAST_DUE[n]), world.field_team_id,
            world.desk_team_id, owner, world.addresses[n], lon, lat, MORNING,
        )  # fmt: skip
        if owner is not None:
            await raw.execute(
                "INSERT INTO assignments (id, tenant_id, case_id, user_id, assigned_by, assigned_at, reason)"
                " VALUES ($1, $2, $3, $4, $5, $6, 'manual')",
                new_id(), world.tenant_id, world.cases[n], owner, world.lin, datetime(2026, 11, 20, 1, 0, tzinfo=UTC),
            )  # fmt: skip
