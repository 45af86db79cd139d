"""Does the file of a case tell a day as the day it was where the client lives?"""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.cases.file import case_file
from backend.kernel.db import Database, bare_transaction
from backend.kernel.ids import new_id
from tests.world import MORNING, World


@pytest.mark.parametrize("zone", ["America/Chicago", "Asia/Shanghai", "Pacific/Kiritimati"])
async def test_a_payment_stands_on_its_own_day_on_either_side_of_greenwich(
    database: Database, job_database: Database, world: World, zone: str
) -> None:
    """Found with a real American book: what was paid on 1 October stood in the history on 30 September."""
    async with job_database.pool.acquire() as raw:
        await raw.execute("UPDATE obligors SET zone = $2 WHERE id = $1", world.obligors[0], zone)
        await raw.execute(
            "INSERT INTO payments (id, tenant_id, account_id, obligor_id, external_ref, paid_on, amount_minor,"
            " currency, mode, row_hash) VALUES ($1, $2, $3, $4, 'P1', $5, 100, 'CNY', 'transfer', $6)",
            new_id(), world.tenant_id, world.accounts[0], world.obligors[0], date(2009, 10, 1), b"\0" * 16,
        )  # fmt: skip
    async with bare_transaction(database, world.scope(world.lin)) as raw:
        found = await case_file(raw, world.tenant_id, world.cases[0], MORNING)
    assert found is not None
    (paid,) = [line for line in found.whole.history if line.kind == "payment"]
    assert paid.at == datetime(2009, 10, 1, tzinfo=ZoneInfo(zone))
