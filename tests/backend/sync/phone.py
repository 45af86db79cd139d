"""A phone made of values: it writes items as the PWA does, and keeps its own sequence."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from backend.kernel.db import Database
from backend.kernel.ids import new_id
from backend.sync.mutations import MUTATIONS
from backend.sync.push import Sender
from backend.sync.schemas import Mutation, PushRequest
from tests.world import World

NOW = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
"""Four in the afternoon in Shanghai."""


class Phone:
    """One device of one person."""

    def __init__(self, device_id: UUID) -> None:
        self.device_id = device_id
        self.seq = 0

    def item(self, kind: str, body: object, *, at: datetime = NOW, item_id: UUID | None = None) -> Mutation:
        self.seq += 1
        return Mutation(
            id=item_id or new_id(),
            seq=self.seq,
            kind=kind,
            schema=MUTATIONS[kind].schema if kind in MUTATIONS else 1,
            occurred_at=at,
            clock_offset_ms=0,
            body=msgspec.Raw(msgspec.json.encode(body)),
        )

    def batch(self, *items: Mutation) -> PushRequest:
        return PushRequest(
            device_id=self.device_id, app_version="test", sent_at=NOW, unsent_count=0, mutations=list(items)
        )


async def register(jobs: Database, world: World, user_id: UUID) -> Phone:
    phone = Phone(new_id())
    async with jobs.pool.acquire() as raw:
        await raw.execute(
            "INSERT INTO devices (id, tenant_id, user_id, label, public_key) VALUES ($1, $2, $3, 'phone', '\\x00')",
            phone.device_id,
            world.tenant_id,
            user_id,
        )
    return phone


def visit(world: World, case: int, **changes: object) -> dict[str, object]:
    """Return the body of a plain "nobody home" at the door of a case."""
    body: dict[str, object] = {
        "id": new_id(),
        "case_id": world.cases[case],
        "stop_id": None,
        "address_id": world.addresses[case],
        "started_at": NOW - timedelta(minutes=6),
        "ended_at": NOW,
        "check_in": None,
        "outside_reason": None,
        "result": "NOT_HOME",
        "party": "nobody",
        "paid_minor": None,
        "promise": None,
        "photos": [],
        "audio_notes": [],
        "signatures": [],
        "note": "",
        "next_step": "revisit",
        "next_on": None,
        "form": None,
    }
    return body | changes


def promise(amount_minor: int = 200_000, due_on: str = "2026-11-27") -> dict[str, object]:
    return {"id": new_id(), "amount_minor": amount_minor, "currency": "CNY", "due_on": due_on, "tolerance_days": 0}


def call(world: World, case: int, **changes: object) -> dict[str, object]:
    body: dict[str, object] = {
        "id": new_id(),
        "case_id": world.cases[case],
        "contact_point_id": world.contacts[case],
        "started_at": NOW - timedelta(minutes=2),
        "ended_at": NOW,
        "result": "NO_ANSWER",
        "party": "nobody",
        "paid_minor": None,
        "promise": None,
        "note": "",
        "next_step": "call",
        "next_on": None,
    }
    return body | changes


def sender(world: World, phone: Phone, user_id: UUID) -> Sender:
    from backend.cases.schemas import Worker  # noqa: PLC0415 - keeps the names at the top few

    worker = Worker(user_id=user_id, team_ids=(), sees_tenant=False)
    return Sender(tenant_id=world.tenant_id, device_id=phone.device_id, worker=worker)
