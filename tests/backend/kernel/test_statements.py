"""Do joined statements keep their own arguments, and count what the first one gave?"""

import asyncpg
import msgspec

from backend.kernel.db import Database
from backend.kernel.statements import Statement, read_together, run_together


async def table(raw: asyncpg.Connection) -> None:
    await raw.execute("CREATE TEMPORARY TABLE slots (n int PRIMARY KEY, word text) ON COMMIT DROP")


async def test_parameters_of_all_parts_are_counted_through(job_database: Database) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        await table(raw)
        insert = "INSERT INTO slots SELECT n, $2 FROM unnest($1::int[]) n ON CONFLICT DO NOTHING RETURNING n"
        parts = [Statement(sql=insert.removesuffix(" RETURNING n"), arguments=([10 * k], f"w{k}")) for k in range(1, 7)]
        first = await run_together(raw, Statement(sql=insert, arguments=([1, 2], "one")), parts)
        again = await run_together(raw, Statement(sql=insert, arguments=([2, 3], "two")), [])
        rows = await raw.fetch("SELECT n, word FROM slots ORDER BY n")
    assert (first, again) == (2, 1)
    assert [tuple(row) for row in rows] == [
        (1, "one"), (2, "one"), (3, "two"), (10, "w1"), (20, "w2"), (30, "w3"), (40, "w4"), (50, "w5"), (60, "w6")
    ]  # fmt: skip


async def test_reads_come_as_json_and_the_change_is_counted(job_database: Database) -> None:
    async with job_database.pool.acquire() as raw, raw.transaction():
        await table(raw)
        await raw.execute("INSERT INTO slots VALUES (1, 'a'), (2, 'b')")
        change = Statement(sql="UPDATE slots SET word = $1 WHERE n = $2 RETURNING n", arguments=("z", 2))
        count, found = await read_together(
            raw,
            change,
            [
                Statement(sql="SELECT n, word FROM slots WHERE n = ANY($1::int[]) ORDER BY n", arguments=([1, 2],)),
                Statement(sql="SELECT n FROM slots WHERE n > $1", arguments=(9,)),
            ],
        )
    assert count == 1
    # The reads see what was there before the change: one snapshot for all parts.
    assert msgspec.json.decode(found[0]) == [{"n": 1, "word": "a"}, {"n": 2, "word": "b"}]
    assert found[1] == "[]"
