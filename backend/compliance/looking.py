"""What does a desk see of the gate? A look ahead at all numbers of a case, and the verdict on a real attempt."""

from collections.abc import Iterable
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import situation_queries as queries
from backend.compliance.assembling import AS_ORDERED, DOORS, Asked, situations_of
from backend.compliance.choosing import shipped_packs
from backend.compliance.contact_schemas import (
    AttemptJudged,
    AttemptWish,
    ContactVerdict,
    ContactVerdicts,
    RuleText,
)
from backend.compliance.judging import judge
from backend.compliance.queries import sees_case
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, Collector, CollectorKind, Verdict
from backend.identity.certificate_queries import lapsed_kinds
from backend.identity.certificate_schemas import REQUIRED, CertificateKind
from backend.identity.schemas import Act
from backend.kernel.problems import MALFORMED, NOT_FOUND, Problem

POINTS_MAX = 100
_POINT_KINDS = {Channel.EMAIL: ("email",), Channel.IM: ("wechat",)}
_PHONES = ("mobile", "phone")


async def look_ahead(
    raw: asyncpg.Connection, act: Act, case_id: UUID, channel: Channel, kind: CollectorKind
) -> ContactVerdicts:
    """Judge each number or address of a case as if it were used now by the book; nothing is kept.

    Raises Problem (not_found) for a case that is not seen, (malformed) for a photo, which reaches nobody.
    """
    _check(channel)
    if not await sees_case(raw, act.tenant_id, case_id):
        raise Problem(NOT_FOUND)
    if channel in DOORS:
        targets = await queries.doors_of(raw, act.tenant_id, case_id, POINTS_MAX)
    else:
        kinds = _POINT_KINDS.get(channel, _PHONES)
        targets = await queries.points_of(raw, act.tenant_id, case_id, kinds, POINTS_MAX)
    collector = msgspec.structs.replace(AS_ORDERED, kind=kind)
    wanted: list[UUID | None] = [*targets] or [None]
    asked = [Asked(case_id=case_id, channel=channel, to_id=target, at=act.at, collector=collector) for target in wanted]
    packs = shipped_packs()
    verdicts = [
        _shown(one.to_id, evaluate(found, packs))
        for one, found in zip(asked, await situations_of(raw, act.tenant_id, asked), strict=True)
        if found is not None
    ]
    return ContactVerdicts(at=act.at, items=verdicts, rules=_texts(verdicts))


async def judge_attempt(
    raw: asyncpg.Connection, act: Act, case_id: UUID, wish: AttemptWish, kind: CollectorKind
) -> AttemptJudged:
    """Judge an attempt and keep the verdict.

    Raises Problem (not_found) for a case or number that is not seen, (malformed) for a photo.
    """
    _check(wish.channel)
    people = [] if act.actor_id is None else [act.actor_id]
    lapsed = (await lapsed_kinds(raw, act.tenant_id, people, act.at)).values()
    missing = {kind for kinds in lapsed for kind in kinds}
    collector = Collector(
        kind=kind,
        recording=wish.recording,
        registered_caller_id=wish.registered_caller_id,
        # A card or mandate that is over shows nothing; of whom none is on file, what they say is taken.
        badge=wish.badge and CertificateKind.IDENTITY_CARD not in missing,
        authorisation=wish.authorisation and CertificateKind.MANDATE not in missing,
        certified=not missing & set(REQUIRED),
        # What the house sees to, not the collector at the line or door.
        listed=AS_ORDERED.listed,
        details_sent=AS_ORDERED.details_sent,
    )
    asked = Asked(
        case_id=case_id,
        channel=wish.channel,
        to_id=wish.to_id,
        at=act.at,
        collector=collector,
        content=wish.content,
        headcount=wish.headcount,
        place=wish.place,
        planned_minutes=wish.planned_minutes,
    )
    (judged,) = await judge(raw, act, [asked], shipped_packs())
    if judged is None:
        raise Problem(NOT_FOUND)
    shown = msgspec.structs.replace(_shown(wish.to_id, judged.verdict), decision=judged.decision())
    return AttemptJudged(id=judged.id, released_by=judged.released_by, verdict=shown, rules=_texts([shown]))


def _check(channel: Channel) -> None:
    if channel is Channel.PHOTO:
        raise Problem(MALFORMED, fields=[{"field": "channel", "says": "a photo is not a contact"}])


def _shown(to_id: UUID | None, verdict: Verdict) -> ContactVerdict:
    return ContactVerdict(
        to_id=to_id,
        decision=verdict.decision,
        rule_ids=verdict.rule_ids,
        conditions=verdict.conditions,
        earliest_allowed_at=verdict.earliest_allowed_at,
    )


def _texts(verdicts: Iterable[ContactVerdict]) -> list[RuleText]:
    return texts_of({rule_id for one in verdicts for rule_id in one.rule_ids})


def texts_of(rule_ids: Iterable[str]) -> list[RuleText]:
    """Return what rules mean, sorted by id; an id that no pack knows any more is left out."""
    named = sorted(set(rule_ids))
    articles = {rule_id: article for pack in shipped_packs() for rule_id, article in pack.articles.items()}
    return [
        RuleText(id=rule_id, zh=articles[rule_id].zh, en=articles[rule_id].en, source=articles[rule_id].source)
        for rule_id in named
        if rule_id in articles
    ]
