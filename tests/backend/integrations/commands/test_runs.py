"""Do mappings keep their versions, and does a run know its file?"""

from pathlib import Path

import pytest
from msgspec.structs import replace

from backend.integrations.commands import runs
from backend.integrations.commands.runs import By
from backend.integrations.problems import FILE_GONE, FLAWED_MAPPING, NO_MAPPING, UNREADABLE_FILE
from backend.kernel.db import Database, bare_transaction
from backend.kernel.problems import NOT_FOUND, Problem
from tests.backend.integrations.books import HEADER, MAPPING, line, write_csv
from tests.world import MORNING, World


async def test_a_mapping_is_saved_in_versions_and_a_tenants_own_wins(database: Database, world: World) -> None:
    """IN-1: a mapping is saved under a name and reused."""
    by = By(world.tenant_id, world.ada)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        shipped = await runs.find_mapping(raw, world.tenant_id, "cn_people")
        assert (shipped.version, shipped.saved_at) == (0, None)
        for version, title in ((1, "first"), (2, "second")):
            saved = await runs.save_mapping(raw, by, "cn_people", replace(MAPPING, title=title), MORNING)
            assert saved.version == version
        assert (await runs.find_mapping(raw, world.tenant_id, "cn_people")).mapping.title == "second"
        names = [one.name for one in await runs.all_mappings(raw, world.tenant_id)]
        assert names == sorted(set(names))
        events = await raw.fetchval("SELECT count(*) FROM events WHERE kind = 'import_mapping.saved'")
    assert events == 2


async def test_a_flawed_or_unknown_mapping_is_refused(database: Database, world: World) -> None:
    by = By(world.tenant_id, world.ada)
    async with bare_transaction(database, world.scope(world.ada)) as raw:
        with pytest.raises(Problem) as flawed:
            await runs.save_mapping(raw, by, "mine", replace(MAPPING, zone="Nowhere"), MORNING)
        with pytest.raises(Problem) as unknown:
            await runs.find_mapping(raw, world.tenant_id, "mine")
        with pytest.raises(Problem) as absent:
            await runs.load_run(raw, world.tenant_id, world.ada)
    assert [one.value.kind for one in (flawed, unknown, absent)] == [FLAWED_MAPPING, NO_MAPPING, NOT_FOUND]


def test_a_file_is_looked_at_before_anything_begins(tmp_path: Path) -> None:
    found = runs.inspect(write_csv(tmp_path / "book.csv", line(), line()))
    assert (found.header, found.rows_total, found.kind.encoding) == (HEADER, 3, "utf-8")
    with pytest.raises(Problem) as gone:
        runs.inspect(tmp_path / "gone")
    (tmp_path / "head.csv").write_text("a,b\n")
    with pytest.raises(Problem) as bare:
        runs.inspect(tmp_path / "head.csv")
    assert [gone.value.kind, bare.value.kind] == [FILE_GONE, UNREADABLE_FILE]
