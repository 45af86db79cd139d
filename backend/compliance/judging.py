"""How does a verdict become part of the record? Assemble, judge, keep what it was made from, write the journal."""

from collections.abc import Sequence

import asyncpg
import msgspec

from backend.compliance import verdict_queries as queries
from backend.compliance.assembling import Asked, situations_of
from backend.compliance.contact_schemas import Judged
from backend.compliance.packs import Pack
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
    for one, found in zip(asked, situations, strict=True):
        if found is None:
            judged.append(None)
            continue
        verdict_id = new_id()
        situation = msgspec.structs.replace(found, id=str(verdict_id))
        verdict = evaluate(situation, packs)
        record, named = record_of(situation, verdict, packs)
        inputs |= named
        judged.append(Judged(id=verdict_id, verdict=verdict))
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
