"""How does a verdict become part of the record? Assemble, judge, keep what it was made from, write the journal."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
import msgspec

from backend.compliance import verdict_queries as queries
from backend.compliance.assembling import Asked, situations_of
from backend.compliance.contact_schemas import Judged
from backend.compliance.packs import Pack
from backend.compliance.releases import released_by
from backend.compliance.replaying import packs_as_inputs, record_of
from backend.compliance.rules import evaluate
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import new_id


async def judge(
    raw: asyncpg.Connection, act: Act, asked: Sequence[Asked], packs: Sequence[Pack]
) -> list[Judged | None]:
    """Judge contacts and keep each verdict with its proof, in the order asked; None where the case is not seen.

    The transaction must see all of the person's contacts, or a counter would be too low.
    """
    situations = await situations_of(raw, act.tenant_id, asked)
    inputs: dict[tuple[str, str], str] = {}
    events: list[NewEvent] = []
    judged: list[Judged | None] = []
    named_ones = [None if one is None else msgspec.structs.replace(one, id=str(new_id())) for one in situations]
    verdicts = [None if one is None else evaluate(one, packs) for one in named_ones]
    released = await released_by(raw, act.tenant_id, asked, verdicts)
    for n, (one, situation, verdict) in enumerate(zip(asked, named_ones, verdicts, strict=True)):
        if situation is None or verdict is None:
            judged.append(None)
            continue
        verdict_id = UUID(situation.id)
        record, named = record_of(situation, verdict, packs)
        record = msgspec.structs.replace(record, released_by=released.get(n))
        inputs |= named
        judged.append(Judged(id=verdict_id, verdict=verdict, released_by=released.get(n)))
        events.append(
            NewEvent(
                id=verdict_id,
                tenant_id=act.tenant_id,
                kind="contact.judged",
                subject_id=one.own_id or one.case_id,
                case_id=one.case_id,
                actor_id=act.actor_id,
                device_id=act.device_id,
                occurred_at=one.at,
                payload=msgspec.Raw(msgspec.json.encode(record)),
            )
        )
    # The packs are kept with the list that names them: a list that is there already has its packs.
    if inputs and "law" in await queries.keep_inputs(raw, act.tenant_id, inputs):
        await queries.keep_inputs(raw, act.tenant_id, packs_as_inputs(packs))
    await append_bare(raw, events)
    return judged
