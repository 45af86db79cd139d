"""What can be done to the certificates of staff? Keep one, revoke one."""

from uuid import UUID

import asyncpg
import msgspec

from backend.identity import certificate_queries as queries
from backend.identity.certificate_schemas import CertificateWish
from backend.identity.events import event
from backend.identity.schemas import Act
from backend.journal.commands import append_bare
from backend.kernel.problems import CONFLICT, MALFORMED, NOT_FOUND, Problem


async def keep_certificate(raw: asyncpg.Connection, act: Act, user_id: UUID, wish: CertificateWish) -> None:
    """Keep a certificate of somebody; the same again changes nothing.

    Raises Problem: malformed (it ends before it begins), not_found (no such person), conflict (an id of another's).
    """
    if wish.valid_until <= wish.valid_from:
        raise Problem(MALFORMED, fields=[{"field": "valid_until", "says": "after valid_from"}])
    if await queries.insert_certificate(raw, act, user_id, wish):
        await append_bare(raw, [event(act, "certificate.kept", user_id, certificate=msgspec.to_builtins(wish))])
        return
    owner_id = await queries.owner_of(raw, act.tenant_id, wish.id)
    if owner_id != user_id:
        raise Problem(NOT_FOUND if owner_id is None else CONFLICT)


async def revoke_certificate(raw: asyncpg.Connection, act: Act, certificate_id: UUID, reason: str) -> None:
    """Say that a certificate is worth nothing any more; raises Problem (not_found)."""
    user_id = await queries.revoke(raw, act, certificate_id, reason)
    if user_id is None:
        raise Problem(NOT_FOUND)
    await append_bare(
        raw, [event(act, "certificate.revoked", user_id, certificate_id=str(certificate_id), reason=reason)]
    )
