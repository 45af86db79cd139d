"""When may each door of a day be visited, by how many people, and by which law? The gate's windows, many cases at once.

A plan is no contact, so no verdict is kept for it: it keeps its windows and the hashes of the packs.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from backend.compliance.assembling import AS_ORDERED, ASKED_MAX, Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.replaying import packs_as_inputs
from backend.compliance.rules import FAIL_HISTORY, evaluate, windows
from backend.compliance.schemas import Channel, CollectorKind, Decision, PackUsed, Situation, Verdict
from backend.compliance.verdict_queries import keep_inputs
from backend.routing.plan_schemas import Lawful, VisitableCase
from backend.routing.problem import SERVICE_S
from backend.routing.rules import midnight

NOON = time(12)
ALONE, TOGETHER = 1, 2
_MOVED_MAX_S = 60


class Day(msgspec.Struct, frozen=True):
    """Which day, in whose zone its seconds are counted, and to which cases somebody of an agency goes.

    `arrivals` say when a case is to be visited: what stands against that moment is then told.
    """

    day: date
    zone: str
    by_agency: frozenset[UUID] = frozenset()
    arrivals: dict[UUID, datetime] = {}


class Law(msgspec.Struct, frozen=True):
    """What the gate says of each case, and the packs that it was asked by."""

    doors: dict[UUID, Lawful]
    packs: list[PackUsed]


async def lawful_doors(raw: asyncpg.Connection, tenant_id: UUID, cases: Sequence[VisitableCase], when: Day) -> Law:
    """Return when each case may be visited that day: two statements for 5,000 of them, the judging beside the loop.

    A case that the gate cannot see is not lawful.
    """
    doors: dict[UUID, Lawful] = {}
    packs: dict[str, PackUsed] = {}
    noon = datetime.combine(when.day, NOON, tzinfo=ZoneInfo(when.zone))
    agency = msgspec.structs.replace(AS_ORDERED, kind=CollectorKind.AGENCY)
    for first in range(0, len(cases), ASKED_MAX):
        step = cases[first : first + ASKED_MAX]
        asked = [
            Asked(
                case_id=case.id,
                channel=Channel.VISIT,
                to_id=case.door_address_id,
                at=when.arrivals.get(case.id, noon),
                collector=agency if case.id in when.by_agency else AS_ORDERED,
                headcount=TOGETHER,
                planned_minutes=SERVICE_S // 60,
            )
            for case in step
        ]
        situations = await situations_of(raw, tenant_id, asked)
        judged = await asyncio.to_thread(_judged, situations, when)
        doors |= {case.id: found for case, (found, _) in zip(step, judged, strict=True)}
        packs |= {one.sha256: one for _, used in judged for one in used}
    return Law(doors=doors, packs=sorted(packs.values(), key=lambda one: (one.id, one.version)))


async def keep_packs(raw: asyncpg.Connection, tenant_id: UUID) -> None:
    """Keep the packs beside the plan that names them, so that its law can be read when packs are others."""
    await keep_inputs(raw, tenant_id, packs_as_inputs(shipped_packs()))


def _judged(situations: Sequence[Situation | None], when: Day) -> list[tuple[Lawful, list[PackUsed]]]:
    unseen = Lawful(windows_s=[], headcount=ALONE, rule_ids=[FAIL_HISTORY])
    return [(unseen, []) if one is None else lawful_of(one, when) for one in situations]


def lawful_of(situation: Situation, when: Day) -> tuple[Lawful, list[PackUsed]]:
    """Return when a visit by two is lawful on a day, in seconds of it, and whether it needs both of them.

    Where no minute is lawful, or not the one of the arrival, the rules that stand against it (at noon, where no arrival
    is asked for) say why. A pure function.
    """
    packs, base = shipped_packs(), midnight(when.day, when.zone)
    found = [
        (datetime.fromisoformat(one.start), datetime.fromisoformat(one.end))
        for one in windows(situation, packs, when.day)
    ]
    seconds = [(round((one - base).total_seconds()), round((other - base).total_seconds())) for one, other in found]
    is_open = any(first <= situation.now < last for first, last in found)
    if not found or (when.arrivals and not is_open):
        verdict = _at(situation, situation.now, TOGETHER)
        # Less than a whole minute may be open: no window, and nothing that stands against it.
        return Lawful(windows_s=seconds, headcount=TOGETHER, rule_ids=verdict.rule_ids or [FAIL_HISTORY]), verdict.packs
    # Head-count has no hours: what holds at the first lawful minute holds all day.
    alone = _at(situation, found[0][0], ALONE)
    headcount = ALONE if alone.decision is Decision.ALLOW else TOGETHER
    rule_ids = [] if headcount == ALONE else alone.rule_ids
    return Lawful(windows_s=seconds, headcount=headcount, rule_ids=rule_ids), alone.packs


def _at(situation: Situation, at: datetime, headcount: int) -> Verdict:
    action = msgspec.structs.replace(situation.action, headcount=headcount)
    return evaluate(msgspec.structs.replace(situation, now=at, action=action), shipped_packs())
