"""What does a reviewer say to a visit and its photos, and which visits are checked again by somebody else?

A review accuses nobody: it says that somebody looked, asks the collector, or sends somebody else to the door. What was
said is never changed; the newest word counts. Collectors see what was accepted and asked, not where somebody will go.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from backend.evidence import problems, sampling
from backend.evidence import review_queries as queries
from backend.evidence.review_queries import Drawn, Said
from backend.evidence.review_schemas import DRAWABLE_MAX, DrawView, DrawWish, ReviewState, ReviewView, ReviewWish
from backend.evidence.scoring import WEIGHTS
from backend.identity.permissions import Permission, may
from backend.identity.principal import Principal
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.db import Reach
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem

BY_LOT = "drawn by lot"


def sees_checks(who: Principal) -> bool:
    """Tell whether somebody sees which visits are to be checked again: those who review, and the auditor."""
    return may(who.role, Permission.EVIDENCE_REVIEW) or may(who.role, Permission.AUDIT_READ)


async def review(raw: asyncpg.Connection, act: Act, reviewer: UUID, wish: ReviewWish) -> ReviewView:
    """Keep what a reviewer says to a visit or one of its photos, with an event for each photo that is meant.

    Raises Problem: not_found, evidence.own_work.
    """
    visit = await queries.visit(raw, act.tenant_id, wish.visit_id)
    if visit is None:
        raise Problem(NOT_FOUND)
    if visit.user_id == reviewer:
        raise Problem(problems.OWN_WORK)
    photos = [photo for _, photo in await queries.photos_of(raw, act.tenant_id, {visit.id: visit.case_id})]
    if wish.evidence_id is not None:
        if wish.evidence_id not in photos:
            raise Problem(NOT_FOUND)
        photos = [wish.evidence_id]
    said = Said(wish.evidence_id, wish.state, wish.reason.strip(), reviewer, None, act.at)
    review_id = new_id()
    await queries.keep(raw, act.tenant_id, said, [(review_id, visit.case_id, visit.id)])
    await append_bare(raw, _events(act, said, (visit.id, visit.case_id), photos))
    kept = await queries.reviews_of(raw, act.tenant_id, visit.id, with_checks=True)
    return next(one for one in kept if one.id == review_id)


async def reviews_of(raw: asyncpg.Connection, who: Principal, visit_id: UUID) -> list[ReviewView]:
    """Return what was said to a visit that a person sees, the newest first, at most 200."""
    return await queries.reviews_of(raw, who.tenant_id, visit_id, with_checks=sees_checks(who))


async def draw(raw: asyncpg.Connection, who: Principal, act: Act, wish: DrawWish, seed: str) -> DrawView:
    """Draw visits that somebody else is to check, out of those that the transaction's person sees.

    A visit that was drawn before and still waits may be drawn again, and is then not marked twice: so the same seed
    over the same visits gives the same draw. Raises Problem: evidence.too_many_visits.
    """
    visits, cases = await queries.drawable(raw, act.tenant_id, wish.window, wish.team_id, WEIGHTS)
    if len(visits) > DRAWABLE_MAX:
        raise Problem(problems.TOO_MANY_VISITS, visits_max=DRAWABLE_MAX)
    chosen = sampling.drawn(visits, wish.count, seed)
    kept = Drawn(new_id(), seed, wish.window, wish.team_id, wish.count, len(visits))
    await queries.keep_draw(raw, (act.tenant_id, who.user_id, act.at), kept, chosen, cases)
    told = {"seed": seed, "population": len(visits), "visit_ids": [str(one.visit_id) for one in chosen]}
    event = _event(act, "back_checks.drawn", (kept.id, None), told)
    await append_bare(raw, [event])
    states = await queries.states_of(raw, act.tenant_id, [one.visit_id for one in chosen])
    fresh = {visit_id: cases[visit_id] for visit_id, state in states.items() if state != ReviewState.BACK_CHECK}
    said = Said(None, ReviewState.BACK_CHECK.value, f"{BY_LOT} ({seed})", who.user_id, kept.id, act.at)
    await _say_to_all(raw, act, said, fresh)
    return await draw_of(raw, who, kept.id)


async def _say_to_all(raw: asyncpg.Connection, act: Act, said: Said, visits: Mapping[UUID, UUID]) -> None:
    if not visits:
        return
    await queries.keep(
        raw, act.tenant_id, said, [(new_id(), case_id, visit_id) for visit_id, case_id in visits.items()]
    )
    photos = await queries.photos_of(raw, act.tenant_id, visits)
    for visit_id, case_id in visits.items():
        mine = [photo for of, photo in photos if of == visit_id]
        await append_bare(raw, _events(act, said, (visit_id, case_id), mine))


async def draws_of(raw: asyncpg.Connection, who: Principal) -> list[DrawView]:
    """Return the own draws, and those of all for whoever sees the whole lender; the newest first, at most 200."""
    return await queries.draws(raw, who.tenant_id, who.user_id, sees_all=who.reach is Reach.TENANT)


async def draw_of(raw: asyncpg.Connection, who: Principal, draw_id: UUID) -> DrawView:
    """Return one draw with its visits; raises Problem (not_found)."""
    found = await queries.draw(raw, who.tenant_id, who.user_id, draw_id, sees_all=who.reach is Reach.TENANT)
    if found is None:
        raise Problem(NOT_FOUND)
    return found


def _events(act: Act, said: Said, visit: tuple[UUID, UUID], photos: Sequence[UUID]) -> list[NewEvent]:
    """Return one event about the visit when all of it is meant, and one about each photo: each has its own custody."""
    visit_id, case_id = visit
    told: dict[str, object] = {"state": said.state, "reason": said.reason, "visit_id": str(visit_id)}
    told |= {} if said.draw_id is None else {"draw_id": str(said.draw_id)}
    whole = [] if said.evidence_id is not None else [_event(act, "visit.reviewed", visit, told)]
    return [*whole, *(_event(act, "evidence.reviewed", (photo, case_id), told) for photo in photos)]


def _event(act: Act, kind: str, about: tuple[UUID, UUID | None], payload: dict[str, object]) -> NewEvent:
    return NewEvent(
        id=new_id(), tenant_id=act.tenant_id, kind=kind, subject_id=about[0], case_id=about[1], actor_id=act.actor_id,
        device_id=act.device_id, occurred_at=act.at, payload=payload,
    )  # fmt: skip
