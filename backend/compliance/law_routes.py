"""How do those who watch over the law work? Exceptions, stops, packs, calendars, dates of the law, verdicts, texts."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from backend.compliance import findings, law_queries, law_reading, limitation_commands, limitation_queries
from backend.compliance.calendar import CalendarWrongError, HolidayCalendar, working_days
from backend.compliance.calendars import CalendarImported, import_calendar
from backend.compliance.contact_schemas import ExceptionDecision
from backend.compliance.law_queries import ReviewFilter
from backend.compliance.law_schemas import (
    ExceptionFile,
    Exceptions,
    ExceptionSort,
    ExceptionState,
    LawView,
    Linted,
    LintWish,
    StopList,
    VerdictFile,
)
from backend.compliance.limitation_schemas import FactWish, LimitationFile, ObligationList
from backend.identity.admission import Who
from backend.identity.permissions import Permission
from backend.kernel import clock
from backend.kernel.db import bare
from backend.kernel.problems import MALFORMED, Problem
from backend.kernel.web import Tx

YEARS_AHEAD_MAX = 40
"""Longer than the twenty years that no clock of the law outlives."""
Word = Annotated[str, Meta(min_length=1, max_length=60)]


@get("/law", opt={"permission": Permission.LAW_READ})
async def law_today(tx: Tx, who: Who) -> LawView:
    """Show the packs of law with their hashes and words, and the calendars with the years that nobody announced."""
    return await law_reading.law_today(await bare(tx), who.tenant_id, clock.now().date())


@post("/law/calendars", opt={"permission": Permission.CALENDAR_EDIT})
async def bring_calendar(data: JSONBody[HolidayCalendar], tx: Tx, who: Who) -> CalendarImported:
    """Bring a calendar in: years that say something new become a further version, the same again changes nothing."""
    try:
        working_days(data)
    except CalendarWrongError as wrong:
        raise Problem(MALFORMED, fields=[{"field": "years", "says": str(wrong)}]) from wrong
    return await import_calendar(await bare(tx), who.act(clock.now()), data)


@get("/law/exceptions", opt={"permission": Permission.EXCEPTION_REVIEW})
async def list_reviews(
    tx: Tx,
    who: Who,
    standing: FromQuery[ExceptionState | None] = None,
    sort: FromQuery[ExceptionSort | None] = None,
    rule: FromQuery[Word | None] = None,
    before: FromQuery[datetime | None] = None,
) -> Exceptions:
    """List contacts that would have been held back and notes that say too much, the latest first (at most 300)."""
    wanted = ReviewFilter(state=standing, sort=sort, rule_id=rule, before=before)
    return await law_queries.reviews(await bare(tx), who.tenant_id, wanted)


@get("/law/exceptions/{review_id:uuid}", opt={"permission": Permission.EXCEPTION_REVIEW})
async def open_review(review_id: FromPath[UUID], tx: Tx, who: Who) -> ExceptionFile:
    """Open one: the verdict with all that it saw, or the note with what was found in it."""
    return await law_reading.review_file(await bare(tx), who.tenant_id, review_id)


@post("/law/notes/{finding_id:uuid}/decide", status_code=204, opt={"permission": Permission.EXCEPTION_REVIEW})
async def decide_note(finding_id: FromPath[UUID], data: JSONBody[ExceptionDecision], tx: Tx, who: Who) -> None:
    """Say that a note is explained, or that it was a breach; not of a note of one's own."""
    await findings.decide_finding(await bare(tx), who.act(clock.now()), finding_id, data)


@get("/law/stops", opt={"permission": Permission.LAW_READ})
async def list_stops(tx: Tx, who: Who, kind: FromQuery[Word | None] = None) -> StopList:
    """List what stands against contacts now: who raised it, why, until when (at most 500)."""
    return await law_queries.stops_at(await bare(tx), who.tenant_id, clock.now(), kind)


@get("/law/verdicts/{verdict_id:uuid}", opt={"permission": Permission.LAW_READ})
async def show_verdict(verdict_id: FromPath[UUID], tx: Tx) -> VerdictFile:
    """Show a verdict with what it was made from, and say whether it comes out again from its record alone."""
    return await law_reading.verdict_again(await bare(tx), verdict_id)


@get("/law/limitation", opt={"permission": Permission.LAW_READ})
async def list_obligations(
    tx: Tx,
    who: Who,
    first: FromQuery[date | None] = None,
    before: FromQuery[date | None] = None,
    kind: FromQuery[Word | None] = None,
) -> ObligationList:
    """List dates of the law by which somebody must act (at most 500); without dates, from 30 days ago for a year."""
    today = limitation_commands.day_of(clock.now())
    start = first or today - timedelta(days=30)
    end = before or start + timedelta(days=395)
    if not start < end <= start + timedelta(days=366 * YEARS_AHEAD_MAX):
        raise Problem(MALFORMED, fields=[{"field": "before", "says": "after the first day, by 40 years at the most"}])
    return await limitation_queries.obligations(await bare(tx), who.tenant_id, start, end, kind, today)


@get("/cases/{case_id:uuid}/limitation", opt={"permission": Permission.LAW_READ})
async def show_limitation(case_id: FromPath[UUID], tx: Tx, who: Who) -> LimitationFile:
    """Show every clock of a case, computed now: the facts one by one, which counted, by which rule and why."""
    return await limitation_commands.limitation_of(await bare(tx), who.act(clock.now()), case_id)


@post("/cases/{case_id:uuid}/limitation-facts", status_code=204, opt={"permission": Permission.LIMITATION_RECORD})
async def record_fact(case_id: FromPath[UUID], data: JSONBody[FactWish], tx: Tx, who: Who) -> None:
    """Write a dated fact down with what proves it; the clocks of the case are made anew."""
    await limitation_commands.record_fact(await bare(tx), who.act(clock.now()), case_id, data)


@post("/law/lint", status_code=200, opt={"permission": Permission.CASE_READ})
async def lint_text(data: JSONBody[LintWish]) -> Linted:
    """Say what a script or template says and lacks, with the places and the rules; nothing of it is kept."""
    return law_reading.linted(data)


router = Router(
    path="/",
    route_handlers=[
        law_today,
        bring_calendar,
        list_reviews,
        open_review,
        decide_note,
        list_stops,
        show_verdict,
        list_obligations,
        show_limitation,
        record_fact,
        lint_text,
    ],
    tags=["law"],
)
