"""What do tests of locks do with one? Make it, try it, sign in beside it."""

from base64 import b64encode
from datetime import UTC, datetime
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.identity.commands import locks
from backend.identity.principal import Principal
from backend.identity.queries import doors
from backend.identity.schemas import LockShare, NewLock
from backend.kernel.db import Database, bare, transaction
from backend.kernel.problems import Kind, Problem

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def proof(pin: int) -> str:
    return b64encode(bytes([pin]) * 32).decode()


RIGHT, WRONG, OTHER = proof(1), proof(2), proof(3)


def device_of(who: Principal) -> UUID:
    assert who.device_id is not None
    return who.device_id


async def make(
    database: Database, who: Principal, verifier: str, old: str | None = None, *, at: datetime = NOW
) -> LockShare:
    return await locks.make_lock(database, who, device_of(who), NewLock(verifier=verifier, old_verifier=old), at)


async def signed_in_again(database: Database, who: Principal, at: datetime) -> Principal:
    """Give another session of the same device."""
    again = msgspec.structs.replace(who, token_hash=uuid4().bytes * 2)
    scope = again.scope()
    async with transaction(database, scope) as tx:
        await doors.insert_session(await bare(tx), again, at)
    return again


async def refusal(database: Database, who: Principal, verifier: str) -> tuple[Kind, dict[str, object]]:
    with pytest.raises(Problem) as caught:
        await locks.unlock(database, who, device_of(who), verifier, NOW)
    return caught.value.kind, dict(caught.value.data)
