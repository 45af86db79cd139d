"""What changed for this user since the cursor? A prime in pages, then changes below the oldest writing transaction.

The cursor holds the cluster's epoch (after a restore transaction ids begin again), the place in the stream of
`phone_changes`, and during a prime the last case sent. The place is fixed before the first page, so that what changes
while a slow phone loads its pages is told afterwards; nothing can be missed, some cases come twice.
"""

import base64
import binascii
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from backend.cases.file import phone_cases
from backend.kernel.db import Database, Reach, Scope, bare_transaction
from backend.kernel.problems import Problem
from backend.routing.queries import plan_of
from backend.sync import pull_queries as queries
from backend.sync.problems import BAD_CURSOR, CURSOR_TOO_OLD
from backend.sync.schemas import PULL_CASES_MAX, Gone, PullAnswer

ZERO = UUID(int=0)
CURSOR_LENGTH_MAX = 400


class Cursor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a phone stands: epoch, (xid, id) of the last change taken, last case of a prime under way."""

    e: UUID
    x: int
    i: UUID
    p: UUID | None


def read_cursor(text: str) -> Cursor:
    """Read a cursor; raises Problem (sync.bad_cursor)."""
    if len(text) > CURSOR_LENGTH_MAX:
        raise Problem(BAD_CURSOR)
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(text.encode()), type=Cursor)
    except (binascii.Error, msgspec.MsgspecError, UnicodeError, ValueError) as error:
        raise Problem(BAD_CURSOR) from error


def write_cursor(cursor: Cursor) -> str:
    """Write a cursor as opaque text."""
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


async def pull(
    database: Database, tenant_id: UUID, user_id: UUID, cursor_text: str | None, now: datetime
) -> PullAnswer:
    """Return the next page for a collector; without a cursor a prime begins.

    Raises Problem: sync.bad_cursor, or sync.cursor_too_old when the changes since then are no longer kept or the
    cursor is of another life of the database.
    """
    scope = Scope(tenant_id=tenant_id, user_id=user_id, reach=Reach.OWN, team_ids=())
    async with bare_transaction(database, scope) as raw:
        epoch = await queries.epoch(raw)
        if cursor_text is None:
            horizon = await queries.horizon(raw)
            return await _prime(raw, scope, Cursor(e=epoch, x=horizon, i=ZERO, p=ZERO), now)
        cursor = read_cursor(cursor_text)
        if cursor.e != epoch or await queries.is_pruned(raw, tenant_id, user_id, cursor.x):
            raise Problem(CURSOR_TOO_OLD)
        if cursor.p is not None:
            return await _prime(raw, scope, cursor, now)
        return await _changes(raw, scope, cursor, now)


async def _prime(raw: asyncpg.Connection, scope: Scope, cursor: Cursor, now: datetime) -> PullAnswer:
    ids = await queries.own_case_ids(raw, scope.tenant_id, scope.user_id, cursor.p or ZERO, PULL_CASES_MAX + 1)
    page = ids[:PULL_CASES_MAX]
    more = len(ids) > PULL_CASES_MAX
    behind = Cursor(e=cursor.e, x=cursor.x, i=cursor.i, p=page[-1] if more else None)
    return PullAnswer(
        cursor=write_cursor(behind),
        more=more,
        is_held_back=False,
        is_prime=True,
        server_time=now,
        cases=await phone_cases(raw, scope.tenant_id, page),
        gone=[],
        plan=None if more else await plan_of(raw, scope.tenant_id, scope.user_id),
        notices=[],
        originals=await queries.originals(raw, scope.tenant_id),
    )


async def _changes(raw: asyncpg.Connection, scope: Scope, cursor: Cursor, now: datetime) -> PullAnswer:
    seen = await queries.changes_after(raw, scope.tenant_id, scope.user_id, cursor.x, cursor.i, PULL_CASES_MAX)
    changes = [change for change in seen if change.is_settled]
    last = changes[-1] if changes else None
    behind = Cursor(e=cursor.e, x=last.xid if last else cursor.x, i=last.id if last else cursor.i, p=None)
    reasons = {change.noun_id: change.reason for change in changes if change.noun == "case"}
    cases = await phone_cases(raw, scope.tenant_id, list(reasons))
    here = {case.id for case in cases}
    return PullAnswer(
        cursor=write_cursor(behind),
        more=len(changes) == PULL_CASES_MAX,
        is_held_back=len(changes) < len(seen),
        is_prime=False,
        server_time=now,
        cases=cases,
        gone=[Gone(case_id=case, reason=_leave_reason(why)) for case, why in reasons.items() if case not in here],
        plan=await plan_of(raw, scope.tenant_id, scope.user_id),
        notices=[change.as_notice() for change in changes if change.noun != "case" or change.reason == "reassigned"],
        originals=await queries.originals(raw, scope.tenant_id),
    )


def _leave_reason(reason: str) -> str:
    """Say why a case that is not visible any more left: the last reason noted; a mere change means that it went on."""
    return "reassigned" if reason in {"changed", "assigned"} else reason
