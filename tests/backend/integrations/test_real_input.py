"""Do the real files of others come in by the mappings that ship?"""

import asyncio
from pathlib import Path

import pytest

from backend.integrations.rules.flaws import flaws_of
from backend.integrations.shipped import shipped_mappings
from backend.kernel.db import Database
from tests.backend.integrations.importing import import_path, rows, shared_file
from tests.world import World


@pytest.mark.parametrize("name", sorted(shipped_mappings()))
def test_a_shipped_mapping_is_sound(name: str) -> None:
    assert flaws_of(shipped_mappings()[name].mapping, None) == []


@pytest.mark.parametrize(
    ("file", "mapping", "accounts", "cases"),
    [
        ("loans/lendingclub_2007_2011.train.parquet", "lendingclub", 26_977, 4021),
        ("loans/ibm_accounts_receivable.train.csv", "ibm_receivables", 1930, 15),
        ("loans/sba_california_real_estate.train.csv", "sba_loans", 1051, 331),
    ],
)
async def test_a_real_loan_file_comes_in_and_adds_nothing_the_second_time(
    database: Database,
    world: World,
    file: str,
    mapping: str,
    accounts: int,
    cases: int,
) -> None:
    """IN-1 on real input: no line is refused, charged-off and overdue loans become cases, a second run adds 0 rows."""
    path = shared_file(file)
    first = await import_path(database, world, path, mapping)
    assert first.progress.rows_refused == 0
    assert first.progress.rows_added + first.progress.rows_skipped == first.progress.rows_read
    assert first.progress.counts["accounts"].added + first.progress.rows_skipped == accounts
    assert first.progress.cases_opened == cases
    second = await import_path(database, world, path, mapping)
    assert (second.progress.rows_added, second.progress.rows_updated) == (0, 0)


async def test_chinese_people_come_in_from_each_encoding_as_the_same_people(database: Database, world: World) -> None:
    """IN-1: GB18030, UTF-8 and UTF-8 with a mark and CRLF hold the same 500 people."""
    runs = [
        await import_path(database, world, shared_file(f"cn_people_addresses/people_{name}.csv"), "cn_people")
        for name in ("gb18030", "utf8_bom_crlf", "utf8")
    ]
    assert [run.progress.rows_added for run in runs] == [500, 0, 1500]
    assert [run.progress.rows_refused for run in runs] == [0, 0, 0]
    assert await rows(database, world, "SELECT name, job FROM obligors WHERE external_ref = 'C20261-00000'") == [
        ("曹宇", "仓库管理员")
    ]


def read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()[1:]


async def test_hard_names_are_stored_as_they_are(database: Database, world: World) -> None:
    """IN-1: formulas are text; rare characters, emoji, wide digits and the name "null" survive."""
    path = shared_file("cn_people_addresses/tricky_names.csv")
    run = await import_path(database, world, path, "people_names")
    assert run.progress.rows_added == 14
    stored = {
        str(ref): name
        for ref, name in await rows(
            database, world, "SELECT external_ref, name FROM obligors WHERE external_ref LIKE 'T%'"
        )
    }
    lines = [one.split(",", 1) for one in await asyncio.to_thread(read_lines, path)]
    assert stored == {ref.strip('"'): name.strip('"') for ref, name in lines}
    assert (stored["T6"], stored["T10"], stored["T11"]) == ("=1+1", "null", "０１")
