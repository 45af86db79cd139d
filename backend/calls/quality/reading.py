"""What do the screens of the quality of calls show? A call with all that was said of it, figures, one's own."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import msgspec

from backend.calls.quality import drawing_queries, problems, queries, rules
from backend.calls.quality.commands import today
from backend.calls.quality.schemas import (
    CallDetail,
    CallerFigures,
    CallerList,
    OwnQuality,
    OwnScore,
    PlanVersion,
    SheetAnswer,
    SheetQuestion,
    SheetVersion,
)
from backend.identity.schemas import Act
from backend.kernel.problems import NOT_FOUND, Problem

FIGURES_WEEKS_MAX = 53


async def plan_of_now(raw: asyncpg.Connection, tenant_id: UUID, version: int | None) -> PlanVersion:
    """Return a version of the plan, the latest without one; raises Problem (not_found)."""
    found = await drawing_queries.plan(raw, tenant_id, version)
    if found is None:
        raise Problem(NOT_FOUND)
    return found


async def sheet_of_now(raw: asyncpg.Connection, tenant_id: UUID, version: int | None) -> SheetVersion:
    """Return a version of the sheet, the latest without one; raises Problem (not_found)."""
    found = await drawing_queries.sheet(raw, tenant_id, version)
    if found is None:
        raise Problem(NOT_FOUND)
    return found


async def call_detail(raw: asyncpg.Connection, act: Act, call_id: UUID) -> CallDetail:
    """Return a drawn call with scores, checks and tasks; raises Problem (quality.not_drawn)."""
    call = await queries.call_of(raw, act.tenant_id, call_id)
    if call is None:
        raise Problem(problems.NOT_DRAWN)
    party, note, contacts = await queries.facts_of(raw, act.tenant_id, call_id)
    return CallDetail(
        call=call,
        party=party,
        note=note,
        contacts=contacts,
        sheet=await sheet_of_now(raw, act.tenant_id, None),
        scores=await queries.scores_of(raw, act.tenant_id, call_id),
        checks=await queries.checks_of(raw, act.tenant_id, call_id),
        tasks=await queries.tasks(raw, act.tenant_id, await today(raw, act), call_id=call_id),
    )


async def own_quality(raw: asyncpg.Connection, act: Act, user_id: UUID) -> OwnQuality:
    """Return the own scores, with the words of what was failed, and the own tasks."""
    rows = await queries.own_scores(raw, act.tenant_id, user_id)
    sheets = {one["sheet_version"]: await sheet_of_now(raw, act.tenant_id, _int(one["sheet_version"])) for one in rows}
    return OwnQuality(
        scores=[_own(row, sheets[row["sheet_version"]]) for row in rows],
        tasks=await queries.tasks(raw, act.tenant_id, await today(raw, act), owner_id=user_id),
    )


def _int(value: object) -> int:
    return msgspec.convert(value, int)


def _own(row: Mapping[str, object], by: SheetVersion) -> OwnScore:
    answers = msgspec.json.decode(msgspec.convert(row["answers"], str), type=dict[str, SheetAnswer])
    failed: list[SheetQuestion] = rules.questions_failed(by.sheet, answers)
    fields = {name: row[name] for name in ("call_id", "started_at", "permille", "is_passed", "note")}
    return msgspec.convert(
        {**fields, "case_number": row["case_number"] or "", "failed": msgspec.to_builtins(failed)}, OwnScore
    )


async def figures(raw: asyncpg.Connection, tenant_id: UUID, begins_on: date, ends_on: date) -> CallerList:
    """Return numbers a caller, by name, of the weeks from a day (inclusive) to a day (exclusive), at most 53 weeks."""
    if not timedelta() < ends_on - begins_on <= FIGURES_WEEKS_MAX * rules.WEEK:
        raise Problem(problems.BAD_WEEK)
    rows = await queries.figures(raw, tenant_id, begins_on, ends_on)
    return CallerList(begins_on=begins_on, ends_on=ends_on, items=[_figures(row) for row in rows])


def _figures(row: Mapping[str, object]) -> CallerFigures:
    scores: Sequence[int] = msgspec.convert(row["by_lot"], list[int])
    low, high = rules.interval_of(scores) or (None, None)
    fields = {name: value for name, value in row.items() if name != "by_lot"}
    return msgspec.convert(
        {
            **fields,
            "scored_by_lot": len(scores),
            "mean_permille": rules.mean_of(scores),
            "low_permille": low,
            "high_permille": high,
        },
        CallerFigures,
    )
