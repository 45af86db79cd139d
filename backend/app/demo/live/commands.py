"""What do the simulated collectors do? One step for all of them: drive, go on and off duty, knock and record.

What a phone would send goes the way of a phone: a registered device, mutations, `sync.push`, answers and a receipt.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.app.demo.live import queries, rules, telling
from backend.app.demo.live.queries import DEVICE_LABEL, Living, Standing
from backend.app.demo.live.schemas import Deed, Drive, GoOffDuty, GoOnDuty, Knock, LiveView, Walker
from backend.cases.schemas import Worker
from backend.identity.commands.devices import register_device
from backend.identity.duties import report_place
from backend.identity.principal import Principal
from backend.identity.schemas import Act, NewDevice, UserRole
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.db import Database, Reach, Scope, bare_transaction, transaction
from backend.kernel.ids import new_id
from backend.kernel.live import announce
from backend.kernel.problems import NOT_FOUND, Problem
from backend.kernel.signing import SigningKey
from backend.routing.schemas import StopSkip
from backend.sync.mutations import MUTATIONS, Body, DutyEnd, DutyStart
from backend.sync.push import Sender, push
from backend.sync.schemas import AnswerStatus, Mutation, PushRequest
from ml.synthetic.oracle import Oracle

log = logging.getLogger(__name__)

HELD_FOR = timedelta(minutes=5)
"""Who was refused something stands still for a while, then passes over that stop; what was refused lies in the
quarantine, where the lead sees it."""

KINDS = {"visit.record", "stop.skip", "duty.start", "duty.end"}
DOOR_KNOWS_NOBODY = "demo: nobody who is made up lives here"
NO_SESSION = b"\0" * 32


class Town(msgspec.Struct):
    """What the simulation works with; `database` is bound by row-level security like any request's.

    `held` says until when somebody stands still because something was refused, `given_up` at which stops that was.
    """

    database: Database
    key: SigningKey
    oracle: Oracle
    pace: int
    held: dict[UUID, datetime] = {}
    given_up: set[UUID] = set()


def scope_of(tenant_id: UUID) -> Scope:
    """Return the scope of the demo's own lender."""
    return Scope(tenant_id=tenant_id, user_id=UUID(int=0), reach=Reach.TENANT, team_ids=())


async def turn_switch(raw: asyncpg.Connection, act: Act, *, is_on: bool) -> None:
    """Let the demo's people act, or stop them; raises Problem (not_found) where the lender is not the demo's."""
    if act.actor_id is None or await queries.switch_of(raw, act.tenant_id) is None:
        raise Problem(NOT_FOUND)
    if await queries.turn(raw, act.tenant_id, act.actor_id, act.at, is_on=is_on):
        event = NewEvent(
            id=new_id(), tenant_id=act.tenant_id, kind="demo.switched", subject_id=act.tenant_id, case_id=None,
            actor_id=act.actor_id, device_id=act.device_id, occurred_at=act.at, payload={"is_on": is_on},
        )  # fmt: skip
        await append_bare(raw, [event])
        await announce(raw, act.tenant_id, "demo")


async def view_of(raw: asyncpg.Connection, tenant_id: UUID, pace: int, *, is_held: bool) -> LiveView:
    """Return how the demo stands for a lender."""
    switch = await queries.switch_of(raw, tenant_id)
    return LiveView(
        is_demo=switch is not None,
        is_on=switch is not None and switch.is_on,
        is_held=is_held,
        pace=pace,
        changed_at=switch.changed_at if switch else None,
    )


async def walk(town: Town, living: Living, now: datetime) -> int:
    """Let every walker do what is next; returns how many items were pushed, at most one a walker."""
    scope = scope_of(living.tenant_id)
    drives: list[tuple[UUID, Drive]] = []
    pushed = 0
    async with bare_transaction(town.database, scope) as raw:
        standing = await queries.walkers(raw, living.tenant_id, now)
    for one in standing:
        if town.held.get(one.walker.user_id, now) > now:
            continue
        deed = None if one.lost_stop_id else rules.deed_of(one.walker, _began_at(one, living), now, town.pace)
        if isinstance(deed, Drive):
            drives.append((one.walker.user_id, deed))
            continue
        try:
            pushed += await _do(town, living.tenant_id, one, deed, now)
        except Problem as problem:
            # Ten phones registered, or one revoked a moment ago: the others go on.
            _hold(town, one.walker, problem.kind.code, now)
    await _move(town.database, scope, drives, now)
    return pushed


def _began_at(one: Standing, living: Living) -> datetime:
    return max(living.since, one.published_at or living.since)


async def _move(database: Database, scope: Scope, drives: Sequence[tuple[UUID, Drive]], now: datetime) -> None:
    if not drives:
        return
    async with bare_transaction(database, scope) as raw:
        for user_id, drive in drives:
            await report_place(raw, scope.tenant_id, user_id, drive.place, now)
        await announce(raw, scope.tenant_id, "board")


async def _do(town: Town, tenant_id: UUID, one: Standing, deed: Deed | None, now: datetime) -> int:
    walker = one.walker
    passed_over = one.lost_stop_id
    if passed_over is None and walker.stop is not None and walker.stop.id in town.given_up:
        passed_over = walker.stop.id
    if passed_over is not None:
        return await _send(town, tenant_id, walker, _skip(passed_over), now)
    match deed:
        case None:
            return 0
        case GoOnDuty(place=place):
            return await _send(town, tenant_id, walker, DutyStart(place=place), now)
        case GoOffDuty():
            return await _send(town, tenant_id, walker, DutyEnd(), now)
        case Knock(since=since):
            return await _knock(town, tenant_id, walker, since, now)
        case Drive():
            raise ValueError("drives are written together")


async def _knock(town: Town, tenant_id: UUID, walker: Walker, since: datetime, now: datetime) -> int:
    stop = walker.stop
    if stop is None:
        raise ValueError("nobody knocks without a stop")
    if (stop.obligor_ref, stop.address_line) not in town.oracle.doors:
        return await _send(town, tenant_id, walker, _skip(stop.id), now)
    at = rules.asked_at(walker)
    answer = town.oracle.visited(stop.obligor_ref, stop.address_line, at, max(1, stop.overdue_minor))
    if now - since < rules.stay_of(stop.id, town.pace, is_met=telling.is_met(answer)):
        return 0
    visit = telling.visit_of(walker, stop, answer, (since, now), asked_on=at.date())
    return await _send(town, tenant_id, walker, visit, now)


def _skip(stop_id: UUID) -> StopSkip:
    return StopSkip(stop_id=stop_id, reason=DOOR_KNOWS_NOBODY)


async def _send(town: Town, tenant_id: UUID, walker: Walker, body: Body, now: datetime) -> int:
    """Push one item from the walker's phone, which is registered the first time; a refusal holds the walker."""
    device_id = walker.device_id or await _register(town.database, tenant_id, walker.user_id, now)
    kind = next(name for name in KINDS if MUTATIONS[name].body is type(body))
    mutation = Mutation(
        id=new_id(), seq=walker.last_seq + 1, kind=kind, schema=MUTATIONS[kind].schema, occurred_at=now,
        clock_offset_ms=0, body=msgspec.Raw(msgspec.json.encode(body)),
    )  # fmt: skip
    worker = Worker(user_id=walker.user_id, team_ids=(), sees_tenant=False)
    sender = Sender(tenant_id=tenant_id, device_id=device_id, worker=worker)
    request = PushRequest(device_id=device_id, app_version="demo", sent_at=now, unsent_count=0, mutations=[mutation])
    answered = await push(town.database, sender, request, town.key, now)
    if answered.answers[0].status is not AnswerStatus.ACCEPTED:
        _hold(town, walker, f"{kind} {answered.answers[0].code}", now)
    async with bare_transaction(town.database, scope_of(tenant_id)) as raw:
        await announce(raw, tenant_id, "sync")
    return 1


def _hold(town: Town, walker: Walker, why: str, now: datetime) -> None:
    log.warning("a collector of the demo was refused: %s", why)
    town.held[walker.user_id] = now + HELD_FOR
    if walker.stop is not None:
        town.given_up.add(walker.stop.id)


async def _register(database: Database, tenant_id: UUID, user_id: UUID, now: datetime) -> UUID:
    """Register the phone of a walker; its private key is thrown away, for nobody ever signs in with it."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    who = Principal(
        user_id=user_id, tenant_id=tenant_id, role=UserRole.COLLECTOR, reach=Reach.TENANT, team_ids=(), device_id=None,
        token_hash=NO_SESSION, expires_at=now,
    )  # fmt: skip
    new = NewDevice(id=new_id(), label=DEVICE_LABEL, public_key=telling.base64_of(spki))
    async with transaction(database, who.scope()) as tx:
        await register_device(tx, who, new, now)
    return new.id
