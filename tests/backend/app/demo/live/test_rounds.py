"""Do the demo's teams have a plan of today at any hour, without a red board and without planning for ever?"""

from datetime import timedelta

import pytest

from backend.app.demo.live import rules
from backend.app.demo.live.commands import scope_of
from backend.app.demo.live.rounds import plan_rounds
from backend.kernel.db import bare_transaction
from backend.routing import board_queries
from backend.routing.board_rules import board_line
from tests.backend.app.demo.live.conftest import Stage

PLANS = "SELECT count(*) FROM day_plans WHERE day = $1 AND state = $2"


@pytest.mark.parametrize("hours", [7.5, 12.5])
async def test_in_the_evening_a_whole_round_begins_now_and_nobody_is_late(stage: Stage, hours: float) -> None:
    """docs/decisions/0008: times are moved as a whole, the lawful hours of the doors are not; at 17:30 and 22:30."""
    night = stage.begins_at + timedelta(hours=hours)
    assert await plan_rounds(stage.town.database, stage.tenant_id, night) == 2
    rows = await stage.raw.fetch(
        "SELECT min(arrive_at - drive_s * interval '1 second') AS begins_at, max(leave_at - arrive_at) AS longest,"
        " bool_and((window_start AT TIME ZONE 'Asia/Shanghai')::time >= '08:00') AS is_lawful,"
        " (min(summary->'days'->0->>'end_at'))::timestamptz AS end_at"
        " FROM stops JOIN day_plans ON day_plans.id = plan_id WHERE day = $1 AND day_plans.state = 'published'"
        " GROUP BY plan_id",
        stage.begins_at.date(),
    )
    assert [row["begins_at"] for row in rows] == [night, night]
    assert all(row["is_lawful"] and row["end_at"] > night and row["longest"] < timedelta(hours=1) for row in rows)
    async with bare_transaction(stage.town.database, scope_of(stage.tenant_id)) as raw:
        board = await board_queries.board_rows(raw, stage.tenant_id, None, None, night)
    planned = [board_line(row, night) for row in board if row.stops_planned > 0]
    assert len(planned) >= 6
    assert sum(row.stops_planned for row in board) >= 100
    assert all(line.late_minutes == 0 and not line.is_overdue for line in planned)


async def test_a_further_round_comes_when_all_is_done_and_only_so_many_a_day(stage: Stage) -> None:
    at, made = stage.begins_at, 0
    for _ in range(rules.ROUNDS_A_DAY_MAX + 2):
        made += await plan_rounds(stage.town.database, stage.tenant_id, at)
        assert await plan_rounds(stage.town.database, stage.tenant_id, at) == 0
        await stage.raw.execute("UPDATE stops SET state = 'done', state_at = $1 WHERE state = 'planned'", at)
        at += rules.REST_BETWEEN
    assert made == 2 * rules.ROUNDS_A_DAY_MAX
    assert await stage.raw.fetchval(PLANS, at.date(), "published") == 2
    assert await stage.raw.fetchval(PLANS, at.date(), "replaced") == made - 2
