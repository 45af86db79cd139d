"""Does a row ever reach somebody whose row it is not? Asked of the database itself, table by table."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from backend.kernel.db import SET_SCOPE, Database, Reach, Role, Scope, open_database
from backend.kernel.ids import new_id
from tests.world import MORNING, TODAY, World, make_world

# Tables without a policy, each with its reason. Anything else without one is a leak in the making.
OPEN_TABLES = {
    "tenants": "names of lenders; a sign-in names its tenant before anything else is known",
    "sign_in_names": "which user a login means; read by the one login that was typed",
    "sessions": "read by the hash of a secret cookie",
    "session_openings": "hashes of secrets that open a session, and how long",
    "sign_in_links": "read by the hash of a secret link",
    "sign_in_failures": "hashes of names and a count",
    "device_challenges": "hashes of nonces",
    "company_flows": "ways to a company's own sign-in that were begun, by hashes of what the browser holds",
    "cluster_epoch": "one row about the database itself",
    "alembic_version": "one row about the schema",
    "spatial_ref_sys": "PostGIS's own table of projections",
}


@asynccontextmanager
async def acting(database: Database, scope: Scope) -> AsyncIterator[asyncpg.Connection]:
    async with database.pool.acquire() as raw, raw.transaction():
        await raw.execute(SET_SCOPE, *scope.settings())
        yield raw


@pytest.fixture(scope="module")
async def reader(url: str) -> AsyncIterator[Database]:
    """Open the database as those who only read."""
    opened = await open_database(url, role=Role.READER, pool_size=2)
    yield opened
    await opened.close()


async def tables(raw: asyncpg.Connection) -> dict[str, asyncpg.Record]:
    rows = await raw.fetch(
        "SELECT c.relname, c.relrowsecurity AS has_policy, c.relforcerowsecurity AS is_forced, c.relispartition,"
        " EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'"
        " AND NOT a.attisdropped) AS has_tenant, has_table_privilege('app_rw', c.oid, 'SELECT')"
        " OR has_table_privilege('app_ro', c.oid, 'SELECT')"
        " AS is_readable"
        " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
    )
    return {row["relname"]: row for row in rows}


async def protected(database: Database) -> list[str]:
    async with database.pool.acquire() as raw:
        found = await tables(raw)
    return sorted(
        name
        for name, row in found.items()
        if row["has_tenant"] and name not in OPEN_TABLES and not row["relispartition"] and row["is_readable"]
    )


async def test_every_table_of_a_tenant_has_policies_that_bind_its_owner_too(database: Database) -> None:
    """AD-2."""
    async with database.pool.acquire() as raw:
        found = await tables(raw)
    naked = {
        name
        for name, row in found.items()
        if not (row["has_policy"] and row["is_forced"]) and not (row["relispartition"] and not row["is_readable"])
    }
    assert naked == set(OPEN_TABLES)


async def test_a_view_asks_the_policies_of_who_looks(database: Database) -> None:
    async with database.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT relname, relkind, reloptions FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND relkind IN ('v', 'm')"
            " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
        )
    # A materialised view knows no policies at all.
    assert [
        row["relname"]
        for row in rows
        if row["relkind"] == b"m" or "security_invoker=true" not in (row["reloptions"] or [])
    ] == []


async def test_a_partition_is_not_read_around_the_policy_of_its_parent(database: Database) -> None:
    async with database.pool.acquire() as raw:
        found = await tables(raw)
    partitions = {name: row["is_readable"] for name, row in found.items() if row["relispartition"]}
    assert partitions
    assert not any(partitions.values())


async def test_the_api_is_no_superuser_and_does_not_bypass(database: Database, reader: Database) -> None:
    for opened in (database, reader):
        async with opened.pool.acquire() as raw:
            row = await raw.fetchrow("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert (row["rolsuper"], row["rolbypassrls"]) == (False, False)


async def test_no_row_of_another_tenant_is_seen_in_any_table(
    database: Database, reader: Database, world: World, job_database: Database
) -> None:
    """AD-2: 0 leaks; the widest scope of one tenant against the rows of all others, for the API and for readers."""
    await make_world(job_database)
    seen = 0
    for opened in (database, reader):
        async with acting(opened, world.scope(world.ada)) as raw:
            for name in await protected(database):
                columns = "tenant_id"
                rows = await raw.fetch(f'SELECT {columns}, count(*) FROM "{name}" GROUP BY 1')  # noqa: S608 - catalogue
                assert {row["tenant_id"] for row in rows} <= {world.tenant_id}, name
                seen += len(rows)
    assert seen >= 20, "the world fills too few tables for this test to mean anything"


async def test_no_row_of_another_tenant_can_be_written_or_changed(
    database: Database, world: World, job_database: Database
) -> None:
    abroad = await make_world(job_database)
    async with acting(database, abroad.scope(abroad.ada)) as raw:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with raw.transaction():
                await raw.execute(
                    "INSERT INTO teams (id, tenant_id, name, kind) VALUES ($1, $2, 'smuggled', 'field')",
                    new_id(),
                    world.tenant_id,
                )
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            async with raw.transaction():
                await raw.execute("UPDATE teams SET tenant_id = $1", world.tenant_id)
        for statement in ("UPDATE users SET name = 'x' WHERE id = $1", "DELETE FROM team_members WHERE user_id = $1"):
            assert (await raw.execute(statement, world.mei)).endswith(" 0")


async def test_without_a_scope_there_is_nothing_and_no_error(database: Database, world: World) -> None:
    """The settings of a transaction vanish with it: a pooled connection that forgets to set them sees 0 rows."""
    async with database.pool.acquire() as raw:
        async with raw.transaction():
            await raw.execute("SELECT set_config('app.tenant', $1, true)", str(world.tenant_id))
            await raw.execute("SELECT set_config('app.reach', 'tenant', true)")
            assert await raw.fetchval("SELECT count(*) FROM cases") == 6
        for name in await protected(database):
            assert await raw.fetchval(f'SELECT count(*) FROM "{name}"') == 0, name  # noqa: S608 - catalogue


CASES_SEEN = {"mei": [0, 1, 2], "bo": [3, 4], "lin": range(6), "cai": range(6), "ada": range(6)}


@pytest.mark.parametrize("name", CASES_SEEN)
async def test_each_sees_the_cases_of_the_own_reach(database: Database, world: World, name: str) -> None:
    """AD-1: a collector sees own cases, a lead and a caller the team's, an administrator the tenant's."""
    async with acting(database, world.scope(getattr(world, name))) as raw:
        rows = await raw.fetch("SELECT id FROM cases")
    assert {row["id"] for row in rows} == {world.cases[n] for n in CASES_SEEN[name]}


@pytest.mark.parametrize(
    "table",
    ["related_parties", "contact_points", "addresses", "accounts", "balances", "obligors"],
)
async def test_what_belongs_to_an_obligor_is_seen_with_the_case(database: Database, world: World, table: str) -> None:
    column = "id" if table == "obligors" else "obligor_id"
    async with acting(database, world.scope(world.mei)) as raw:
        rows = await raw.fetch(f"SELECT DISTINCT {column} AS id FROM {table}")  # noqa: S608 - the list above
    assert {row["id"] for row in rows} == set(world.obligors[:3])


async def add_dependents(raw: asyncpg.Connection, world: World, n: int) -> None:
    """Write, as a job, what hangs on the case of number `n`."""
    tenant, case, account, obligor = world.tenant_id, world.cases[n], world.accounts[n], world.obligors[n]
    await raw.execute(
        "INSERT INTO case_facts VALUES ($1, 'next_step', $2, '\"x\"', 1, $3, $4, $5, ARRAY[$5::uuid], '{}')",
        case, tenant, world.lin, MORNING, new_id(),
    )  # fmt: skip
    await raw.execute(
        "INSERT INTO fact_edits (id, tenant_id, case_id, field, value, base_ids, user_id, occurred_at)"
        " VALUES ($1, $2, $3, 'next_step', 'x', '{}', $4, $5)",
        new_id(), tenant, case, world.lin, MORNING,
    )  # fmt: skip
    await raw.execute(
        "INSERT INTO case_leases (case_id, tenant_id, user_id, leased_until) VALUES ($1, $2, $3, $4)",
        case, tenant, world.cai, MORNING,
    )  # fmt: skip
    await raw.execute(
        "INSERT INTO instalments VALUES ($1, $2, 1, $3, 100, 10, 0, $4)", tenant, account, TODAY, b"\0" * 16
    )
    await raw.execute(
        "INSERT INTO payments (id, tenant_id, account_id, obligor_id, external_ref, paid_on, amount_minor, currency,"
        " mode, row_hash) VALUES ($1, $2, $3, $4, $5, $6, 100, 'CNY', 'transfer', $7)",
        new_id(), tenant, account, obligor, f"P{n}", TODAY, b"\0" * 16,
    )  # fmt: skip
    await raw.execute(
        "INSERT INTO promises (id, tenant_id, case_id, source_kind, source_id, amount_minor, currency, due_on, state,"
        " made_by, made_at) VALUES ($1, $2, $3, 'desk', $1, 100, 'CNY', $4, 'open', $5, $6)",
        new_id(), tenant, case, TODAY, world.lin, MORNING,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("assignments", "case_id"), ("case_facts", "case_id"), ("fact_edits", "case_id"),
        ("case_leases", "case_id"), ("promises", "case_id"),
        ("instalments", "account_id"), ("payments", "account_id"),
    ],
)  # fmt: skip
async def test_what_hangs_on_a_case_is_seen_with_it(
    database: Database, job_database: Database, world: World, table: str, column: str
) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        for n in range(5):
            await add_dependents(raw, world, n)
    keys = world.cases if column == "case_id" else world.accounts
    for user_id, numbers in ((world.mei, range(3)), (world.bo, (3, 4)), (world.lin, range(5))):
        async with acting(database, world.scope(user_id)) as raw:
            rows = await raw.fetch(f"SELECT {column} AS id FROM {table}")  # noqa: S608 - the list above
        assert {row["id"] for row in rows} == {keys[n] for n in numbers}, (table, user_id)


async def test_a_case_that_was_taken_away_takes_its_people_with_it(
    database: Database, job_database: Database, world: World
) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        await raw.execute("UPDATE cases SET assignee_id = $2 WHERE id = $1", world.cases[0], world.bo)
    async with acting(database, world.scope(world.mei)) as raw:
        assert await raw.fetchval("SELECT count(*) FROM contact_points WHERE obligor_id = $1", world.obligors[0]) == 0


async def test_a_scope_of_nobody_sees_no_case(database: Database, world: World) -> None:
    nobody = Scope(tenant_id=world.tenant_id, user_id=UUID(int=0), reach=Reach.OWN, team_ids=())
    no_team = Scope(tenant_id=world.tenant_id, user_id=world.lin, reach=Reach.TEAM, team_ids=())
    for scope in (nobody, no_team):
        async with acting(database, scope) as raw:
            assert await raw.fetchval("SELECT count(*) FROM cases") == 0


async def test_who_only_reads_sees_no_password_and_no_session(reader: Database, world: World) -> None:
    async with acting(reader, world.scope(world.ada)) as raw:
        assert await raw.fetchval("SELECT count(name) FROM users") == 5
        for statement in ("SELECT password_hash FROM users", "SELECT 1 FROM sessions", "SELECT 1 FROM sign_in_links"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with raw.transaction():
                    await raw.execute(statement)


AROUND_POLICIES = {
    "find_cases": "app_job",
    "find_cases_near": "app_job",
    "find_zones": "app_job",
    "learn_book_statistics": "app_owner",
    "lenders_with_company_sign_in": "app_job",
    "owner_of_device": "app_job",
    "owner_of_passkey": "app_job",
}


async def test_what_runs_around_the_policies_is_known_pinned_and_open_to_the_api_alone(database: Database) -> None:
    async with database.pool.acquire() as raw:
        rows = await raw.fetch(
            "SELECT p.proname, p.proowner::regrole::text AS owner, p.proconfig,"
            " ARRAY(SELECT r.rolname FROM pg_roles r WHERE has_function_privilege(r.oid, p.oid, 'EXECUTE')"
            " AND NOT r.rolsuper AND r.rolname LIKE 'app_%' ORDER BY 1) AS callers"
            " FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
            " AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
    assert {row["proname"]: row["owner"] for row in rows} == AROUND_POLICIES
    for row in rows:
        assert any(setting.startswith("search_path=public") for setting in row["proconfig"]), row["proname"]
        assert set(row["callers"]) == {"app_job", "app_rw", row["owner"]}, row["proname"]


FIND_ALL = "SELECT find_cases('%', '', '', $1, NULL, NULL, NULL, false, NULL, NULL, NULL, NULL, 1000)"
FIND_ALL_NEAR = "SELECT find_cases_near('SRID=4326;POINT(120.15 30.25)', 20000000, 1000)"


@pytest.mark.parametrize("name", CASES_SEEN)
async def test_what_runs_around_the_policies_finds_exactly_what_they_show(
    database: Database, job_database: Database, world: World, name: str
) -> None:
    """The widest question of each reach, beside another lender's cases; one of the own is closed, one at the desk."""
    abroad = await make_world(job_database)
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE cases SET closed_at = now(), state = 'cured' WHERE id = $1", world.cases[1])
        await raw.execute("UPDATE cases SET team_id = NULL WHERE id = $1", world.cases[4])
    async with acting(database, world.scope(getattr(world, name))) as raw:
        seen = {row["id"]: row["closed_at"] for row in await raw.fetch("SELECT id, closed_at FROM cases")}
        near = await raw.fetch("SELECT id FROM cases WHERE closed_at IS NULL AND door IS NOT NULL")
        found = [*await raw.fetchval(FIND_ALL, False), *await raw.fetchval(FIND_ALL, True)]  # noqa: FBT003 - closed
        found_near = await raw.fetchval(FIND_ALL_NEAR)
    assert sorted(found) == sorted(seen)
    assert sorted(found_near) == sorted(row["id"] for row in near)
    assert not {*found, *found_near} & set(abroad.cases)


async def test_what_runs_around_the_policies_finds_nothing_without_a_scope(database: Database, world: World) -> None:
    nobody = Scope(tenant_id=world.tenant_id, user_id=UUID(int=0), reach=Reach.OWN, team_ids=())
    no_team = Scope(tenant_id=world.tenant_id, user_id=world.lin, reach=Reach.TEAM, team_ids=())
    for scope in (nobody, no_team):
        async with acting(database, scope) as raw:
            assert (await raw.fetchval(FIND_ALL, False), await raw.fetchval(FIND_ALL_NEAR)) == ([], [])  # noqa: FBT003
    async with database.pool.acquire() as raw:
        assert (await raw.fetchval(FIND_ALL, False), await raw.fetchval(FIND_ALL_NEAR)) == ([], [])  # noqa: FBT003


async def test_who_only_reads_may_not_call_what_runs_around_the_policies(reader: Database, world: World) -> None:
    async with acting(reader, world.scope(world.ada)) as raw:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.fetchval(FIND_ALL_NEAR)
