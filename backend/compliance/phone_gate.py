"""What does a phone take along to judge by? Signed law, what is on file of its people, and leases of its day."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
from msgspec.structs import replace

from backend.compliance import permit_queries, phone_queries
from backend.compliance.assembling import AS_ORDERED, Asked, situations_of
from backend.compliance.choosing import as_written, hash_of, shipped_packs
from backend.compliance.packs import Pack
from backend.compliance.permit_commands import draw_permits, end_permits, hear_of_holder
from backend.compliance.permit_schemas import (
    Ask,
    Holder,
    HolderKind,
    Permit,
    PermitEnd,
    PermitEnding,
    PermitSettings,
)
from backend.compliance.permits import lease_end, lease_of, person_key
from backend.compliance.phone_queries import Target
from backend.compliance.phone_schemas import ContactFacts, GateWish, PhoneGate, SignedLaw
from backend.compliance.schemas import Channel, Collector, CollectorKind, Role, Situation
from backend.compliance.snapshot import snapshot
from backend.identity.schemas import Act
from backend.kernel.ids import new_id
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.signing import SigningKey

CASES_MAX = 400
LEASED_CASES_MAX = 60
"""So many cases of a day get leases: more than anybody visits, and drawn in well below a second."""
TARGETS_A_CASE_MAX = 6
SNAPSHOT_HOURS = 72
RENEWED_BEFORE_HOURS = 24
_OWING = frozenset({Role.OBLIGOR, Role.CO_BORROWER, Role.GUARANTOR, Role.REPRESENTATIVE})

type_found = list[tuple[Target, Situation]]


async def gate_of_phone(
    raw: asyncpg.Connection, act: Act, wish: GateWish, case_ids: Sequence[UUID], kind: CollectorKind, key: SigningKey
) -> PhoneGate:
    """Take back what the phone gives back, draw what its day lacks, and give it all; `case_ids`: the day's first.

    The caller has checked that the device is the person's own. Raises Problem (not_found) for an act of nobody.
    """
    holder = Holder(kind=HolderKind.PHONE, id=str(wish.device_id))
    if act.actor_id is None:
        raise Problem(NOT_FOUND)
    if wish.is_all_told:
        await hear_of_holder(raw, act.tenant_id, holder, act.at, act.at)
    endings = [PermitEnding(id=one, end=PermitEnd.RETURNED) for one in wish.returned]
    if endings:
        await end_permits(raw, act.tenant_id, holder, endings, act.at)
    targets = await phone_queries.targets_of(raw, act.tenant_id, case_ids[:CASES_MAX], TARGETS_A_CASE_MAX)
    # Before the histories are read: what is recorded in between would be neither out nor in the history.
    await permit_queries.lock_budgets(raw, act.tenant_id, {one.obligor_id for one in targets})
    collector = replace(AS_ORDERED, kind=kind)
    found = await _situations(raw, act, targets, collector)
    leases = await _leases(raw, act, holder, case_ids[:LEASED_CASES_MAX] if wish.wants_leases else [], found)
    zones = {zone for _, one in found for zone in one.person.zones or ()}
    return PhoneGate(
        at=act.at,
        law=signed_law(wish, shipped_packs(), zones, act.at, key),
        collector=_plain(collector),
        contacts=[_facts(target, situation) for target, situation in found],
        leases=[lease_of(one) for one in leases],
    )


async def _situations(raw: asyncpg.Connection, act: Act, targets: Sequence[Target], collector: Collector) -> type_found:
    asked = [
        Asked(
            case_id=one.case_id,
            channel=Channel(one.channel),
            to_id=one.id,
            at=act.at,
            collector=collector,
        )
        for one in targets
    ]
    situations = await situations_of(raw, act.tenant_id, asked)
    return [(target, found) for target, found in zip(targets, situations, strict=True) if found is not None]


async def _leases(
    raw: asyncpg.Connection, act: Act, holder: Holder, leased: Iterable[UUID], found: type_found
) -> list[Permit]:
    """Return what the phone holds, and what it was granted of that which its day lacks."""
    held = await permit_queries.permits_of(raw, act.tenant_id, holder, act.at)
    settings = PermitSettings()
    asks = missing_asks(leased, found, held, lease_end(act.at, None, settings), settings)
    answers = await draw_permits(raw, act.tenant_id, holder, asks, shipped_packs(), settings)
    return [*held, *(one for one in answers if isinstance(one, Permit))]


def missing_asks(
    leased: Iterable[UUID], found: type_found, held: Iterable[Permit], until: datetime, settings: PermitSettings
) -> list[Ask]:
    """Return what a phone lacks: around each case a visit and some calls of who owes, a call of each guarantor."""
    cases = set(leased)
    had = [(one.budget, person_key(one.asked), one.asked.action.channel) for one in held]
    asks: list[Ask] = []
    seen: set[tuple[UUID, str, Channel]] = set()
    for target, one in found:
        key = (target.obligor_id, person_key(one), one.action.channel)
        if target.case_id not in cases or one.person.role not in _OWING or key in seen:
            continue
        seen.add(key)
        is_call_of_obligor = target.party is None and one.action.channel is Channel.CALL
        count = settings.calls_per_case if is_call_of_obligor else 1
        # A call names no number, so that its lease holds for each of the person.
        asked = replace(one, action=replace(one.action, to=None)) if one.action.channel is Channel.CALL else one
        asks += [
            Ask(id=new_id(), budget=target.obligor_id, situation=asked, until=until)
            for _ in range(max(0, count - had.count(key)))
        ]
    return asks


def signed_law(
    wish: GateWish, packs: Sequence[Pack], zones: Iterable[str], now: datetime, key: SigningKey
) -> SignedLaw | None:
    """Return the law under the server's signature; None where the phone has the same and it holds for a day more."""
    names = sorted(set(zones))
    law = hashlib.sha256(" ".join([*(hash_of(pack) for pack in packs), *names]).encode()).hexdigest()
    renewed_at = now + timedelta(hours=RENEWED_BEFORE_HOURS)
    if wish.law == law and wish.law_expires_at is not None and wish.law_expires_at > renewed_at:
        return None
    made = snapshot(packs, names, now + timedelta(hours=SNAPSHOT_HOURS), now=now)
    text = msgspec.json.encode(made).decode()
    return SignedLaw(law=law, key_id=key.key_id, signed=text, signature=key.sign(text))


def _facts(target: Target, situation: Situation) -> ContactFacts:
    said = _plain(situation)
    del said["now"]
    said.pop("collector", None)
    return ContactFacts(
        case_id=target.case_id,
        budget=target.obligor_id,
        channel=situation.action.channel,
        to_id=target.id,
        situation=said,
    )


def _plain(struct: Situation | Collector) -> dict[str, object]:
    return msgspec.convert(as_written(struct), dict[str, object])
