"""What can be done about the time of a case? Write a fact down with what proves it, and reckon anew from all."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.compliance import limitation_queries as queries
from backend.compliance.assembling import place_of_zone
from backend.compliance.calendar import ONLY_WEEKENDS, WorkingDays
from backend.compliance.calendars import working_days_of
from backend.compliance.limitation.proof import PROCEDURES
from backend.compliance.limitation_problems import EVIDENCE_UNKNOWN, FACT_UNFIT, ID_TAKEN
from backend.compliance.limitation_reckoning import clocks_of, dated, fact_of, standing
from backend.compliance.limitation_schemas import (
    FIRST_DAY,
    LAST_DAY,
    ActBody,
    Dated,
    Dossier,
    EndedBody,
    ExpiryBody,
    FactWish,
    FreezeBody,
    GuaranteeBody,
    KnownFact,
    LimitationFile,
    ObstacleBody,
    ProofSource,
    RenewalBody,
    TakenBackBody,
)
from backend.identity.events import case_event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.problems import NOT_FOUND, Problem

PLACE = "CN"
"""The one place whose law of limitation the clock knows."""
ZONE = ZoneInfo("Asia/Shanghai")


def day_of(at: datetime) -> date:
    """Return the day of an instant where the law is that of the clock."""
    return at.astimezone(ZONE).date()


async def limitation_of(raw: asyncpg.Connection, act: Act, case_id: UUID) -> LimitationFile:
    """Return every clock of a case, computed now, step by step; raises Problem (not_found) for a case not seen."""
    obligor_id = await queries.obligor_of(raw, act.tenant_id, case_id)
    found = [] if obligor_id is None else await queries.dossiers_of(raw, act.tenant_id, [obligor_id])
    if not found:
        raise Problem(NOT_FOUND)
    (one,) = found
    place, as_of = place_of_zone(one.zone), day_of(act.at)
    days = await working_days_of(raw, act.tenant_id, PLACE) if place == PLACE else ONLY_WEEKENDS
    dossier = one.dossier
    return LimitationFile(
        case_id=case_id,
        as_of=as_of,
        place=place,
        clocks=clocks_of(dossier, as_of=as_of, days=days) if place == PLACE else [],
        facts=dossier.facts,
        payments_count=len(dossier.payments),
        unknown_accounts=[account.ref for account in dossier.accounts if not account.due_on],
    )


async def record_fact(raw: asyncpg.Connection, act: Act, case_id: UUID, wish: FactWish) -> None:
    """Write a fact of a case down and reckon anew; the same fact again changes nothing.

    Raises Problem: not_found, limitation.fact_unfit, limitation.evidence_unknown, limitation.id_taken.
    """
    obligor_id = await queries.obligor_of(raw, act.tenant_id, case_id)
    if obligor_id is None:
        raise Problem(NOT_FOUND)
    await queries.lock_obligors(raw, [obligor_id])
    (found,) = await queries.dossiers_of(raw, act.tenant_id, [obligor_id])
    if any(one.id == wish.id for one in found.dossier.facts):
        if not await queries.is_same_fact(raw, act.tenant_id, case_id, wish):
            raise Problem(ID_TAKEN)
        return
    fault = unfit(wish, found.dossier, day_of(act.at))
    if fault is not None:
        raise Problem(FACT_UNFIT, says=fault)
    await _check_evidence(raw, act.tenant_id, obligor_id, wish)
    if not await queries.write_fact(raw, act, case_id, obligor_id, wish):
        raise Problem(ID_TAKEN)
    await append_bare(
        raw, [case_event(act, "limitation.fact", wish.id, case_id, msgspec.Raw(msgspec.json.encode(wish)))]
    )
    if place_of_zone(found.zone) == PLACE:
        days = await working_days_of(raw, act.tenant_id, PLACE)
        await reckon(raw, act, [obligor_id], days)


async def reckon(raw: asyncpg.Connection, act: Act, obligor_ids: Sequence[UUID], days: WorkingDays) -> int:
    """Make the obligations of obligors anew and raise the warnings whose day has come; returns how many are new."""
    await queries.lock_obligors(raw, obligor_ids)
    as_of = day_of(act.at)
    found = await queries.dossiers_of(raw, act.tenant_id, obligor_ids)
    made: list[tuple[Dossier, list[Dated]]] = [
        (one.dossier, [dated(clock) for clock in clocks_of(one.dossier, as_of=as_of, days=days)]) for one in found
    ]
    await queries.keep(raw, act.tenant_id, made, as_of, act.at)
    raised = await queries.raise_alerts(raw, act.tenant_id, made, act.at)
    # A first look at an old book finds the three warnings of one date at once: the nearest is told.
    nearest = {(one.case_id, one.subject_id, one.kind): one for one in sorted(raised, key=lambda one: -one.days_before)}
    events = [
        case_event(
            act, "limitation.due", one.subject_id, one.case_id,
            {"kind": one.kind, "act_by": one.act_by.isoformat(), "days_before": one.days_before},
        )
        for one in nearest.values()
    ]  # fmt: skip
    await append_bare(raw, events)
    return len(events)


def unfit(wish: FactWish, dossier: Dossier, today: date) -> str | None:
    """Say why a fact does not fit what is on file, None when it does."""
    if not FIRST_DAY <= wish.on < LAST_DAY:
        return f"on: from {FIRST_DAY} on"
    if wish.on > today:
        return "on: what lies ahead has not happened"
    if len(dossier.facts) >= queries.FACTS_MAX:
        return f"a case has at most {queries.FACTS_MAX} facts"
    if wish.account_id is not None and all(account.id != wish.account_id for account in dossier.accounts):
        return "account_id: not an open account of this case"
    return _unfit_body(wish, {one.id: one for one in standing(dossier.facts)})


def _unfit_body(wish: FactWish, known: dict[UUID, KnownFact]) -> str | None:
    body = wish.body
    match body:
        case ActBody():
            return _unfit_act(wish, body)
        case EndedBody() | RenewalBody() | TakenBackBody():
            return _unfit_named(wish, known.get(body.names))
        case ObstacleBody():
            is_before = body.removed_on is not None and body.removed_on < wish.on
            return "removed_on: not before it began" if is_before else None
        case ExpiryBody():
            return "ends_on: not before the fact" if body.ends_on < wish.on else None
        case GuaranteeBody() | FreezeBody():
            return None
        case _:
            assert_never(body)


def _unfit_act(wish: FactWish, body: ActBody) -> str | None:
    try:
        fact_of(wish.id, wish.on, body, None)
    except ValueError as wrong:
        return str(wrong)
    return None


def _unfit_named(wish: FactWish, named: KnownFact | None) -> str | None:
    if named is None:
        return "names: no fact of this case that stands"
    if isinstance(wish.body, RenewalBody) and not isinstance(named.body, FreezeBody):
        return "names: only a freeze is renewed"
    if isinstance(wish.body, EndedBody):
        if not isinstance(named.body, ActBody) or named.body.kind not in PROCEDURES:
            return "names: only a step before a court or office ends"
        return "on: not before it began" if wish.on < named.on else None
    return None


async def _check_evidence(raw: asyncpg.Connection, tenant_id: UUID, obligor_id: UUID, wish: FactWish) -> None:
    if wish.evidence.kind is ProofSource.DOCUMENT:
        return
    try:
        ref = UUID(wish.evidence.ref)
    except ValueError as error:
        raise Problem(EVIDENCE_UNKNOWN) from error
    if not await queries.knows(raw, tenant_id, obligor_id, wish.evidence.kind, ref):
        raise Problem(EVIDENCE_UNKNOWN)
