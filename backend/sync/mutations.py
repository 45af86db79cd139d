"""What may a phone do offline? This one table: kind, present schema, body, and how older bodies are read.

A body of an older schema is lifted step by step by its upcasters, so that an outbox written before an update is still
understood: every schema that any release of the last 90 days wrote has its upcaster here, and recorded batches of each
stand in tests/backend/sync/recorded/ (a test reads them all).
"""

from collections.abc import Callable
from typing import Literal
from uuid import UUID

import msgspec

from backend.calls.schemas import CallRecord
from backend.cases.schemas import ContactReveal, FactEdit
from backend.evidence.schemas import OwnAnswer
from backend.kernel.geo import Point
from backend.kernel.pan import without_pans
from backend.routing.schemas import StopRestore, StopSkip, StopsReorder
from backend.visits.schemas import VisitRecord


class RecordWithdraw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The undo of a record, at most 5 s after it was saved; the record and this both stay in the journal."""

    target_kind: Literal["visit", "call"]
    target_id: UUID


class DutyStart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The collector goes on duty; from here on the last place is kept."""

    place: Point | None


class DutyEnd(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The collector goes off duty; no place is kept any more."""


Body = (
    VisitRecord
    | CallRecord
    | RecordWithdraw
    | FactEdit
    | ContactReveal
    | OwnAnswer
    | StopSkip
    | StopRestore
    | StopsReorder
    | DutyStart
    | DutyEnd
)
Upcaster = Callable[[dict[str, object]], dict[str, object]]


class MutationKind(msgspec.Struct, frozen=True):
    """How one kind is read: `upcasters[n]` lifts a body of schema n to schema n + 1."""

    schema: int
    body: type[Body]
    upcasters: dict[int, Upcaster]


def _without_paid(body: dict[str, object]) -> dict[str, object]:
    """Lift schema 1 of visits and calls, which did not ask what was paid."""
    return {**body, "paid_minor": None}


def _without_manifests(body: dict[str, object]) -> dict[str, object]:
    """Lift schema 2 of visits, whose photos were not signed and did not say who agreed to them."""
    photos = body.get("photos")
    if not isinstance(photos, list):
        return body
    unsigned: dict[str, object] = {"consent_by": None, "manifest": None, "signature": None}
    return {**body, "photos": [{**photo, **unsigned} if isinstance(photo, dict) else photo for photo in photos]}


def _without_base_ids(body: dict[str, object]) -> dict[str, object]:
    """Lift schema 1 of edits, which named the version that was seen; what it means is found when it is decided."""
    return {**body, "base_ids": []}


def _without_notes(body: dict[str, object]) -> dict[str, object]:
    """Lift schema 3 of visits: no notes, no signatures, nothing about the filling in, and no original was kept."""
    photos = body.get("photos")
    kept = (
        [{**photo, "original_kept": False} if isinstance(photo, dict) else photo for photo in photos]
        if isinstance(photos, list)
        else photos
    )
    return {**body, "photos": kept, "audio_notes": [], "signatures": [], "form": None}


def _without_permit(body: dict[str, object]) -> dict[str, object]:
    """Lift schema 4 of visits and 2 of calls, which spent no lease of the gate."""
    return {**body, "permit_id": None}


MUTATIONS: dict[str, MutationKind] = {
    "visit.record": MutationKind(
        schema=5,
        body=VisitRecord,
        upcasters={1: _without_paid, 2: _without_manifests, 3: _without_notes, 4: _without_permit},
    ),
    "call.record": MutationKind(schema=3, body=CallRecord, upcasters={1: _without_paid, 2: _without_permit}),
    "record.withdraw": MutationKind(schema=1, body=RecordWithdraw, upcasters={}),
    "case.edit": MutationKind(schema=2, body=FactEdit, upcasters={1: _without_base_ids}),
    "contact.reveal": MutationKind(schema=1, body=ContactReveal, upcasters={}),
    "evidence.answer": MutationKind(schema=1, body=OwnAnswer, upcasters={}),
    "stop.skip": MutationKind(schema=1, body=StopSkip, upcasters={}),
    "stop.restore": MutationKind(schema=1, body=StopRestore, upcasters={}),
    "stops.reorder": MutationKind(schema=1, body=StopsReorder, upcasters={}),
    "duty.start": MutationKind(schema=1, body=DutyStart, upcasters={}),
    "duty.end": MutationKind(schema=1, body=DutyEnd, upcasters={}),
}
_DECODERS = {name: msgspec.json.Decoder(kind.body) for name, kind in MUTATIONS.items()}


class UnknownKindError(ValueError):
    """No such kind, or a schema newer than ours or older than 90 days."""


def read_body(kind: str, schema: int, body: msgspec.Raw) -> Body:
    """Read a body of any schema still understood; raises UnknownKindError, or msgspec's errors when it is malformed."""
    known = MUTATIONS.get(kind)
    if known is None:
        raise UnknownKindError(f"no kind {kind!r}")
    if schema == known.schema:
        return _DECODERS[kind].decode(body)
    lifted = msgspec.json.decode(body, type=dict[str, object])
    for step in range(schema, known.schema):
        upcaster = known.upcasters.get(step)
        if upcaster is None:
            raise UnknownKindError(f"schema {step} of {kind!r} is no longer read")
        lifted = upcaster(lifted)
    if schema > known.schema:
        raise UnknownKindError(f"schema {schema} of {kind!r} is newer than this server")
    return msgspec.convert(lifted, known.body)


def without_cards(body: Body) -> Body:
    """Return the body with card numbers hidden in what somebody typed; the same body when there are none."""
    match body:
        case VisitRecord() | CallRecord():
            clean = without_pans(body.note)
            return body if clean == body.note else msgspec.structs.replace(body, note=clean)
        case FactEdit():
            clean = without_pans(body.value)
            return body if clean == body.value else msgspec.structs.replace(body, value=clean)
        case StopSkip():
            clean = without_pans(body.reason)
            return body if clean == body.reason else msgspec.structs.replace(body, reason=clean)
        case OwnAnswer():
            clean = without_pans(body.text)
            return body if clean == body.text else msgspec.structs.replace(body, text=clean)
        case _:
            return body
