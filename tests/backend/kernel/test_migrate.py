"""Do the migrations go up, down and up again to the same schema, and do the mapped tables say what they made?"""

import asyncio
import importlib
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Table

from backend.kernel.db import Base
from backend.kernel.migrate import MIGRATIONS, config_for, downgrade, upgrade
from tests.databases import EXTENSIONS, remove, with_database

COLUMNS = """
SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
       pg_get_expr(d.adbin, d.adrelid) AS fallback
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = c.oid AND e.deptype = 'e')
"""
REST = """
SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename || ' ' || cmd || ' ' || coalesce(qual, '') || ' ' || coalesce(with_check, '')
          FROM pg_policies
UNION ALL SELECT 'grant', table_name || ' ' || grantee || ' ' || privilege_type
          FROM information_schema.role_table_grants WHERE grantee LIKE 'app_%' AND table_schema = 'public'
UNION ALL SELECT 'function', oid::regprocedure::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
          AND NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.objid = pg_proc.oid AND e.deptype = 'e')
"""


@pytest.fixture
async def empty(cluster: tuple[str, str]) -> AsyncIterator[tuple[str, str]]:
    """Make a database with extensions and nothing else; gives (URL of the superuser, URL of the login)."""
    admin_url, login_url = cluster
    name = f"rounds_test_{os.getpid()}_{os.urandom(3).hex()}"
    admin = await asyncpg.connect(admin_url)
    await admin.execute(f'CREATE DATABASE "{name}" OWNER app_owner')
    await admin.close()
    inside = await asyncpg.connect(with_database(admin_url, name))
    for extension in EXTENSIONS:
        await inside.execute(f"CREATE EXTENSION {extension}")
    await inside.close()
    yield with_database(admin_url, name), with_database(login_url, name)
    await remove(admin_url, name)


async def schema_of(admin_url: str) -> set[tuple[object, ...]]:
    raw = await asyncpg.connect(admin_url)
    found = {tuple(row) for row in await raw.fetch(COLUMNS)} | {tuple(row) for row in await raw.fetch(REST)}
    await raw.close()
    return {row for row in found if "alembic_version" not in str(row)}


async def test_up_down_and_up_again_is_the_same_schema(empty: tuple[str, str]) -> None:
    """AD-7: an upgrade can be taken back."""
    admin_url, url = empty
    before = await schema_of(admin_url)
    await asyncio.to_thread(upgrade, url)
    once = await schema_of(admin_url)
    await asyncio.to_thread(downgrade, url, "base")
    bare = await schema_of(admin_url)
    await asyncio.to_thread(upgrade, url)
    assert bare == before
    assert await schema_of(admin_url) == once
    assert len(once) > len(before) + 300


@pytest.mark.slow
async def test_each_step_can_be_taken_back_alone(empty: tuple[str, str]) -> None:
    admin_url, url = empty
    steps = [step.revision for step in reversed(list(scripts().walk_revisions()))]
    seen = {"base": await schema_of(admin_url)}
    for step in steps:
        await asyncio.to_thread(upgrade, url, step)
        seen[step] = await schema_of(admin_url)
    for step, below in zip(reversed(steps), [*reversed(steps[:-1]), "base"], strict=True):
        await asyncio.to_thread(downgrade, url, below)
        left, wanted = await schema_of(admin_url), seen[below]
        assert left == wanted, f"{step}: {sorted(map(str, left ^ wanted))[:5]}"


OLD = "20261124_1915"
"""The first schema that knew a case."""

OLD_ROWS = """
INSERT INTO tenants (id, code, name, zone, currency, language)
    VALUES ('00000000-0000-7000-8000-000000000001', 'old', 'Old', 'Asia/Shanghai', 'CNY', 'zh-CN');
INSERT INTO obligors (id, tenant_id, external_ref, kind, name, name_sort, language, zone, row_hash)
    VALUES ('00000000-0000-7000-8000-000000000002', '00000000-0000-7000-8000-000000000001', 'R-1', 'person', '王小雨',
        'wang xiaoyu', 'zh-CN', 'Asia/Shanghai', decode(repeat('00', 32), 'hex'));
INSERT INTO cases (id, tenant_id, obligor_id, number, kind, state, currency, overdue_minor, balance_minor,
        days_past_due, bucket, opened_at)
    VALUES ('00000000-0000-7000-8000-000000000003', '00000000-0000-7000-8000-000000000001',
        '00000000-0000-7000-8000-000000000002', 'C-0000001', 'personal', 'active', 'CNY', 824000, 1500000, 92, '91+',
        '2026-01-01T00:00:00Z');
INSERT INTO events (id, tenant_id, xid, kind, subject_id, occurred_at, recorded_at, payload)
    VALUES ('00000000-0000-7000-8000-000000000004', '00000000-0000-7000-8000-000000000001', '9000000000', 'case.opened',
        '00000000-0000-7000-8000-000000000003', '2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', '{"at": "the door"}');
"""
OLD_READ = """
SELECT cases.number, cases.overdue_minor, obligors.name, obligors.name_sort, tenants.code, events.occurred_at::text,
    events.payload->>'at'
FROM cases JOIN obligors ON obligors.id = obligor_id JOIN tenants ON tenants.id = cases.tenant_id
JOIN events ON subject_id = cases.id
"""
OLD_SEEN = ("C-0000001", 824_000, "王小雨", "wang xiaoyu", "old", "2026-01-01 00:00:00+00", "the door")


async def test_what_was_written_under_an_old_schema_is_there_under_the_present_one(empty: tuple[str, str]) -> None:
    """AD-7: an upgrade of a database with rows, in place."""
    admin_url, url = empty
    await asyncio.to_thread(upgrade, url, OLD)
    raw = await asyncpg.connect(admin_url)
    await raw.execute(OLD_ROWS)
    await asyncio.to_thread(upgrade, url)
    assert [tuple(row) for row in await raw.fetch(OLD_READ)] == [OLD_SEEN]
    await raw.close()


BEFORE_EDITS, AFTER_EDITS = "20261125_0121", "20261125_0139"
TENANT_AND_CASE = (
    "'00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000003', 'door_note'"  # as in OLD_ROWS
)
CROSSED = """
INSERT INTO case_facts (tenant_id, case_id, field, value, version, edited_by, edited_at, mutation_id)
    VALUES (@case, '"present"', 4, '00000000-0000-7000-8000-0000000000aa', '2026-01-04T00:00:00Z',
        '00000000-0000-7000-8000-000000000044');
INSERT INTO conflicts (tenant_id, case_id, field, id, base_version, stored_value, stored_by, stored_at, sent_value,
        sent_by, sent_at, state)
    VALUES (@case, '00000000-0000-7000-8000-000000000031', 1, '"earlier"',
        '00000000-0000-7000-8000-0000000000aa', '2026-01-01T00:00:00Z', '"decided against"',
        '00000000-0000-7000-8000-0000000000bb', '2026-01-02T00:00:00Z', 'kept_stored'),
    (@case, '00000000-0000-7000-8000-000000000044', 2, '"earlier"',
        '00000000-0000-7000-8000-0000000000aa', '2026-01-01T00:00:00Z', '"present"',
        '00000000-0000-7000-8000-0000000000aa', '2026-01-04T00:00:00Z', 'kept_sent'),
    (@case, '00000000-0000-7000-8000-000000000051', 3, '"present"',
        '00000000-0000-7000-8000-0000000000aa', '2026-01-04T00:00:00Z', '"undecided"',
        '00000000-0000-7000-8000-0000000000bb', '2026-01-05T00:00:00Z', 'open');
""".replace("@case", TENANT_AND_CASE)


async def test_facts_and_conflicts_of_an_old_schema_are_edits_and_nothing_is_dropped(empty: tuple[str, str]) -> None:
    """OF-7: what was decided is superseded, what was not stands beside it; and back."""
    admin_url, url = empty
    await asyncio.to_thread(upgrade, url, BEFORE_EDITS)
    raw = await asyncpg.connect(admin_url)
    await raw.execute(OLD_ROWS + CROSSED)
    await asyncio.to_thread(upgrade, url, AFTER_EDITS)
    row = await raw.fetchrow(
        "SELECT value #>> '{}', version, right(edit_id::text, 2), cardinality(heads), cardinality(others)"
        " FROM case_facts"
    )
    assert tuple(row) == ("undecided", 4, "51", 2, 1)
    values = "SELECT value, id = ANY((SELECT heads FROM case_facts)::uuid[]) FROM fact_edits ORDER BY occurred_at"
    kept = [("earlier", False), ("decided against", False), ("present", True), ("undecided", True)]
    assert [tuple(one) for one in await raw.fetch(values)] == kept
    await asyncio.to_thread(downgrade, url, BEFORE_EDITS)
    back = await raw.fetch("SELECT stored_value #>> '{}', sent_value #>> '{}', state FROM conflicts")
    assert [tuple(one) for one in back] == [("undecided", "present", "open")]
    await raw.close()


def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config_for("postgresql://nowhere"))


def test_there_is_one_line_of_steps_in_the_order_of_their_dates() -> None:
    assert len(scripts().get_heads()) == 1
    steps = [step.revision for step in reversed(list(scripts().walk_revisions()))]
    files = sorted(path.stem for path in (Path(MIGRATIONS) / "versions").glob("2*.py"))
    assert steps == sorted(steps)
    assert [re.sub(r"^(\d{8}_\d{4})_\w+$", r"\1", name) for name in files] == steps


def mapped() -> dict[str, Table]:
    for path in sorted((Path(MIGRATIONS).parent / "backend").rglob("tables.py")):
        relative = path.relative_to(Path(MIGRATIONS).parent).with_suffix("")
        importlib.import_module(".".join(relative.parts))
    return {table.name: table for table in Base.metadata.sorted_tables}


async def test_the_mapped_tables_have_the_columns_that_the_migrations_made(url: str) -> None:
    raw = await asyncpg.connect(url, server_settings={"role": "app_owner"})
    made: dict[str, dict[str, bool]] = {}
    for row in await raw.fetch(COLUMNS):
        made.setdefault(row["table_name"], {})[row["column_name"]] = not row["attnotnull"]
    await raw.close()
    said = {name: {one.name: bool(one.nullable) for one in table.columns} for name, table in mapped().items()}
    assert {name: made.get(name) for name in said} == said
