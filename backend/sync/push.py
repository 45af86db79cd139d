"""What happens to a batch that a phone sends? Load once, decide in pure Python, write as sets, answer every item.

The transaction acts with the reach of the tenant, because a fact may belong to a case that has left the collector's own
reach since; the rules in `deciding` say what the person may do, and the answers carry no case data.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.calls import queries as call_queries
from backend.calls.schemas import CallRecord
from backend.cases import batches
from backend.cases.fact_queries import facts_on_file
from backend.cases.schemas import ContactReveal, FactEdit, Worker
from backend.compliance.permit_queries import lock_when_loading
from backend.evidence import view_queries as answer_queries
from backend.evidence.schemas import OwnAnswer
from backend.kernel.db import Database, Reach, Scope, bare_transaction
from backend.kernel.problems import CONFLICT, Kind, Problem
from backend.kernel.reading import UNREADABLE
from backend.kernel.signing import SigningKey
from backend.kernel.statements import read_together, run_together
from backend.routing import queries as stop_queries
from backend.routing.schemas import StopRestore, StopSkip, StopsReorder
from backend.sync import problems, queries, rules, writing
from backend.sync.deciding import ACCEPTED, Decision, Item, OnFile, Writes, decide
from backend.sync.mutations import MUTATIONS, Body, RecordWithdraw, UnknownKindError, read_body, without_cards
from backend.sync.queries import Claim, DeviceSeen, KnownMutation, Refusal
from backend.sync.schemas import Answer, AnswerStatus, Mutation, PushAnswer, PushRequest, Receipt
from backend.sync.sealed import is_sealed
from backend.visits import queries as visit_queries
from backend.visits.schemas import VisitRecord

REFUSED_BY_DATABASE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError)
RACES_MAX = 5
"""A replay that races with its first try is answered at the second look; five looks leave room for a crowd."""


class Sender(msgspec.Struct, frozen=True):
    """Who pushes: the person with the rights, and from which device.

    What was left behind on a device that was taken out of service is kept for a lead, whatever it says.
    """

    tenant_id: UUID
    device_id: UUID
    worker: Worker
    is_left_behind: bool = False

    @property
    def ids(self) -> tuple[UUID, UUID, UUID]:
        """(tenant, user, device), as the queries take them."""
        return self.tenant_id, self.worker.user_id, self.device_id


class Decided(msgspec.Struct, frozen=True):
    """A mutation with its fingerprint and what becomes of it; `item` is None when the body could not be read."""

    mutation: Mutation
    body_hash: bytes
    item: Item | None
    decision: Decision


async def push(
    database: Database, sender: Sender, request: PushRequest, key: SigningKey, received_at: datetime
) -> PushAnswer:
    """Take a batch and answer each item; raises Problem (sync.not_your_device) for a foreign or revoked device.

    All items are written in one transaction. When the database refuses it as a whole, each item is tried in a
    transaction of its own, so that one bad item never blocks the rest.
    """
    read = [_read(one, sender.device_id, received_at) for one in request.mutations]
    try:
        answers = await _take(database, sender, request, read, received_at)
    except REFUSED_BY_DATABASE:
        answers = []
        for one in read:
            answers += await _take_alone(database, sender, request, one, received_at)
    return PushAnswer(
        received_at=received_at,
        answers=answers,
        receipt=receipt_of(sender.device_id, [one.body_hash for one in read], answers, key, received_at),
    )


async def _take_alone(
    database: Database, sender: Sender, request: PushRequest, one: Decided, received_at: datetime
) -> list[Answer]:
    try:
        return await _take(database, sender, request, [one], received_at)
    except REFUSED_BY_DATABASE as error:
        detail = {"database": type(error).__name__}
        return await _take(database, sender, request, [one], received_at, refused_with=detail)


async def _take(
    database: Database, sender: Sender, request: PushRequest, read: Sequence[Decided], received_at: datetime,
    *, refused_with: dict[str, str] | None = None,
) -> list[Answer]:  # fmt: skip
    """Take items in one transaction; begins again when another request carried one of them at the same moment."""
    scope = Scope(tenant_id=sender.tenant_id, user_id=sender.worker.user_id, reach=Reach.TENANT, team_ids=())
    for _ in range(RACES_MAX):
        try:
            async with bare_transaction(database, scope) as raw:
                known, on_file = await _load(raw, sender, read, _seen(request, received_at), received_at)
                fresh = {one.mutation.id: one for one in reversed(read) if one.mutation.id not in known}
                decided, writes = _decide_all(sender, list(reversed(fresh.values())), on_file, refused_with)
                await _write_all(raw, sender, decided, writes, received_at)
                answers = [_answer(one, decided.get(one.mutation.id), known, sender) for one in read]
                await _keep_reused(raw, sender, read, answers, received_at)
                return answers
        except _RacedError:
            continue
    raise Problem(CONFLICT)


def _seen(request: PushRequest, received_at: datetime) -> DeviceSeen:
    return DeviceSeen(
        app_version=request.app_version.replace("\0", "\ufffd"),
        unsent_count=request.unsent_count,
        last_seq=max((one.seq for one in request.mutations), default=0),
        clock_offset_ms=round((received_at - request.sent_at).total_seconds() * 1000),
    )


def _decide_all(
    sender: Sender, fresh: Sequence[Decided], on_file: OnFile, refused_with: dict[str, str] | None
) -> tuple[dict[UUID, Decided], Writes]:
    """Decide what was not answered before, in the order of the batch."""
    writes = Writes()
    decided: dict[UUID, Decided] = {}
    for one in fresh:
        if sender.is_left_behind:
            decision = Decision(refusal=problems.LEFT_BEHIND, detail={})
        elif refused_with is not None:
            decision = Decision(refusal=problems.NOT_STORABLE, detail=refused_with)
        elif one.item is None:
            decision = one.decision
        else:
            decision = decide(one.item, sender.worker, on_file, writes)
        decided[one.mutation.id] = msgspec.structs.replace(one, decision=decision)
    return decided, writes


def _read(mutation: Mutation, device_id: UUID, received_at: datetime) -> Decided:
    """Read the body; what cannot be read or taken is decided here."""
    digest = rules.body_hash(mutation)
    refusal = problems.UNREADABLE if is_sealed(mutation) else rules.envelope_refusal(mutation, received_at)
    detail: dict[str, str] = {}
    if refusal is None:
        try:
            body = read_body(mutation.kind, mutation.schema, mutation.body)
            mutation, body = _without_cards(mutation, body)
            at = rules.true_instant(mutation.occurred_at, mutation.clock_offset_ms)
            item = Item(mutation=mutation, device_id=device_id, body=body, at=at)
            return Decided(mutation=mutation, body_hash=digest, item=item, decision=ACCEPTED)
        except UnknownKindError as error:
            refusal, detail = problems.UNKNOWN_KIND, {"why": str(error)}
        except (*UNREADABLE, ValueError) as error:
            refusal, detail = problems.MALFORMED, {"why": str(error)}
    return Decided(mutation=mutation, body_hash=digest, item=None, decision=Decision(refusal=refusal, detail=detail))


def _without_cards(mutation: Mutation, body: Body) -> tuple[Mutation, Body]:
    """Hide card numbers before anything is written, the journal included; the receipt is about what was sent."""
    clean = without_cards(body)
    if clean is body:
        return mutation, body
    schema = MUTATIONS[mutation.kind].schema
    return msgspec.structs.replace(mutation, body=msgspec.Raw(msgspec.json.encode(clean)), schema=schema), clean


async def _load(
    raw: asyncpg.Connection, sender: Sender, read: Sequence[Decided], seen: DeviceSeen, now: datetime
) -> tuple[dict[UUID, KnownMutation], OnFile]:
    """Note the device, and load earlier answers and what the decisions need: one round trip for visits.

    Raises Problem (sync.not_your_device).
    """
    bodies = [one.item.body for one in read if one.item is not None]
    on_case = (VisitRecord, CallRecord, FactEdit, ContactReveal)
    case_ids = list({body.case_id for body in bodies if isinstance(body, on_case)})
    doors = {
        (body.case_id, body.address_id)
        for body in bodies
        if isinstance(body, VisitRecord) and body.address_id is not None and body.check_in is not None
    }
    reads = [queries.known_mutations(sender.tenant_id, [one.mutation.id for one in read])]
    reads.append(batches.cases_on_file(sender.tenant_id, case_ids, sender.worker.user_id))
    reads.append(visit_queries.doors(sender.tenant_id, list(doors)))
    spent = [body.permit_id for body in bodies if isinstance(body, VisitRecord | CallRecord) and body.permit_id]
    if spent:
        reads.append(lock_when_loading(sender.tenant_id, spent))
    see = queries.see_device(sender.ids, seen, now, may_be_revoked=sender.is_left_behind)
    is_own, found = await read_together(raw, see, reads)
    if not is_own:
        raise Problem(problems.NOT_YOUR_DEVICE)
    known, cases, places = found[:3]
    on_file = await load_rest(raw, sender, bodies)
    return queries.read_known(known), msgspec.structs.replace(
        on_file, cases=batches.read_cases(cases), doors=visit_queries.read_doors(places)
    )


async def load_rest(raw: asyncpg.Connection, sender: Sender, bodies: Sequence[Body]) -> OnFile:
    """Load what rarer kinds of items need; nothing when the batch has none of them."""
    withdrawn = [body.target_id for body in bodies if isinstance(body, RecordWithdraw)]
    edited = sorted({(body.case_id, body.field.value) for body in bodies if isinstance(body, FactEdit)})
    named = [body.stop_id for body in bodies if isinstance(body, StopSkip | StopRestore)]
    plans = [body.plan_id for body in bodies if isinstance(body, StopsReorder)]
    contacts = [
        (body.case_id, body.contact_point_id)
        for body in bodies
        if isinstance(body, CallRecord | ContactReveal) and body.contact_point_id is not None
    ]
    answered = [body.evidence_id for body in bodies if isinstance(body, OwnAnswer)]
    tenant_id, user_id = sender.tenant_id, sender.worker.user_id
    await batches.lock_cases(raw, tenant_id, sorted({case_id for case_id, _ in edited}))
    return OnFile(
        cases={},
        doors={},
        contacts=await call_queries.contacts_of_cases(raw, tenant_id, contacts),
        facts=await facts_on_file(raw, tenant_id, edited),
        targets=await queries.targets(raw, tenant_id, user_id, withdrawn),
        stops=await stop_queries.stops_by_id(raw, tenant_id, named, plans),
        answerable=await answer_queries.answerable(raw, tenant_id, answered),
    )


async def _write_all(
    raw: asyncpg.Connection, sender: Sender, decided: dict[UUID, Decided], writes: Writes, now: datetime
) -> None:
    """Write everything, or raise _RacedError when another request took one of the items since our look."""
    if not decided:
        return
    claims = [_claim(one) for one in decided.values()]
    claim = queries.claim(sender.ids, claims, now)
    parts = writing.plan(sender.ids, writes)
    if await run_together(raw, claim, parts) != len(claims):
        raise _RacedError
    refusals = [
        _refusal(one, one.decision.refusal, one.decision.detail)
        for one in decided.values()
        if one.decision.refusal is not None
    ]
    await queries.insert_quarantine(raw, sender.ids, refusals, now)
    await writing.write_rest(raw, sender.ids, writes, now)


async def _keep_reused(
    raw: asyncpg.Connection, sender: Sender, read: Sequence[Decided], answers: Sequence[Answer], now: datetime
) -> None:
    """Keep items whose id stands for another item: they are refused, not dropped."""
    reused = [
        _refusal(one, problems.ID_REUSED, {})
        for one, answer in zip(read, answers, strict=True)
        if answer.code == problems.ID_REUSED.code
    ]
    await queries.insert_quarantine(raw, sender.ids, reused, now)


class _RacedError(Exception):
    """Two requests carried the same item at the same moment."""


def _claim(one: Decided) -> Claim:
    status, code = AnswerStatus.ACCEPTED, None
    if one.decision.refusal is not None:
        status, code = AnswerStatus.REFUSED, one.decision.refusal.code
    elif one.decision.conflict_id is not None:
        status, code = AnswerStatus.CONFLICT, "case.edit_conflict"
    return Claim(id=one.mutation.id, seq=one.mutation.seq, body_hash=one.body_hash, status=status, code=code)


def _refusal(one: Decided, kind: Kind, detail: dict[str, str]) -> Refusal:
    mutation = one.mutation
    return Refusal(
        id=mutation.id,
        body_hash=one.body_hash,
        case_id=getattr(one.item.body, "case_id", None) if one.item is not None else None,
        kind=mutation.kind.replace("\0", "\ufffd"),
        schema_version=mutation.schema,
        occurred_at=rules.true_instant(mutation.occurred_at, None),
        # What is no text is kept in a form that still says every byte.
        body=bytes(mutation.body).decode(errors="backslashreplace"),
        code=kind.code,
        detail=detail,
    )


def _answer(read: Decided, decided: Decided | None, known: dict[UUID, KnownMutation], sender: Sender) -> Answer:
    mutation, before = read.mutation, known.get(read.mutation.id)
    if before is not None and before.body_hash == read.body_hash.hex() and before.user_id == sender.worker.user_id:
        return Answer(id=mutation.id, status=before.status, code=before.code, detail=before.detail, is_replay=True)
    if before is None and decided is not None and decided.body_hash == read.body_hash:
        claim = _claim(decided)
        detail = decided.decision.detail
        return Answer(id=mutation.id, status=claim.status, code=claim.code, detail=detail, is_replay=False)
    return Answer(id=mutation.id, status=AnswerStatus.REFUSED, code=problems.ID_REUSED.code, detail={}, is_replay=False)


def receipt_of(
    device_id: UUID, hashes: Sequence[bytes], answers: Sequence[Answer], key: SigningKey, at: datetime
) -> Receipt:
    """Sign what the server has: the text names device, moment, and per item the id, fingerprint, status and code."""
    items = [
        [answer.id, digest.hex(), answer.status, answer.code] for digest, answer in zip(hashes, answers, strict=True)
    ]
    text = msgspec.json.encode({"v": 1, "device": device_id, "at": at.isoformat(), "items": items}).decode()
    return Receipt(key_id=key.key_id, signed=text, signature=key.sign(text))
