"""How does an edit of a fact get into the record? Kept for ever, with what then stands; a decision is an edit too."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from backend.cases import problems, rules
from backend.cases.batches import lock_cases, tell_holders
from backend.cases.fact_queries import facts_on_file, insert_edits, upsert_facts
from backend.cases.schemas import FACT_EDITS_MAX, Edit, Fact, FactDecision, FactWrites
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.journal.schemas import NewEvent
from backend.kernel.ids import is_time_ordered, new_id
from backend.kernel.live import announce
from backend.kernel.pan import without_pans
from backend.kernel.problems import MALFORMED, NOT_FOUND, Problem
from backend.kernel.statements import Statement


def plan_edits(tenant_id: UUID, writes: FactWrites) -> tuple[list[Statement], list[NewEvent]]:
    """Return the statements that keep the edits and write what stands, and the events for the journal."""
    if not writes.edits:
        return [], []
    return [insert_edits(tenant_id, writes.edits), upsert_facts(tenant_id, writes.facts)], _events(tenant_id, writes)


async def decide_fact(raw: asyncpg.Connection, act: Act, wish: FactDecision) -> None:
    """Let one value hold of a fact, over all that the decider saw; what came since, unseen, still stands beside it.

    The same decision sent twice is one. Raises Problem: malformed, not_found for a fact that the decider does not see
    or that nobody wrote, conflict.decided when nothing of what was seen stands any more, case.fact_full.
    """
    if act.actor_id is None:
        raise ValueError("a person decides")
    if not is_time_ordered(wish.id):
        raise Problem(MALFORMED, fields=[{"field": "id", "says": "ids are UUIDv7"}])
    key = (wish.case_id, wish.field.value)
    await lock_cases(raw, act.tenant_id, [wish.case_id])
    on_file = (await facts_on_file(raw, act.tenant_id, [key])).get(key)
    if on_file is None:
        raise Problem(NOT_FOUND)
    if any(edit.id == wish.id for edit in on_file.edits):
        return
    if not any(head.id in wish.base_ids for head in rules.heads_of(on_file.edits)):
        raise Problem(problems.DECIDED)
    if len(on_file.edits) >= FACT_EDITS_MAX:
        raise Problem(problems.FACT_FULL)
    edit = Edit(
        id=wish.id,
        case_id=wish.case_id,
        field=wish.field.value,
        value=without_pans(wish.value),
        base_ids=wish.base_ids,
        user_id=act.actor_id,
        device_id=None,
        at=act.at,
    )
    writes = FactWrites(edits=[edit], facts={key: rules.fact_of(rules.with_edit(on_file, edit))})
    statements, events = plan_edits(act.tenant_id, writes)
    for statement in (*statements, tell_holders(act.tenant_id, [wish.case_id])):
        await raw.execute(statement.sql, *statement.arguments)
    await append_bare(raw, events)
    await announce(raw, act.tenant_id, "decision")


def _events(tenant_id: UUID, writes: FactWrites) -> list[NewEvent]:
    edited = [
        _event(tenant_id, edit, "case.fact_edited", {"value": edit.value, "base_ids": edit.base_ids})
        for edit in writes.edits
    ]
    crossed = [
        _event(tenant_id, edit, "case.fact_conflicted", {"heads": _head_ids(writes.facts, edit)})
        for edit in writes.crossed
    ]
    return edited + crossed


def _head_ids(facts: Mapping[tuple[UUID, str], Fact], edit: Edit) -> Sequence[UUID]:
    return [head.id for head in facts[edit.case_id, edit.field].heads]


def _event(tenant_id: UUID, edit: Edit, kind: str, payload: Mapping[str, object]) -> NewEvent:
    return NewEvent(
        id=new_id(),
        tenant_id=tenant_id,
        kind=kind,
        subject_id=edit.id,
        case_id=edit.case_id,
        actor_id=edit.user_id,
        device_id=edit.device_id,
        occurred_at=edit.at,
        payload={"field": edit.field, **payload},
    )
