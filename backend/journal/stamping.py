"""Who else says when a head was there? An authority for time stamps (RFC 3161) that the operator chose.

Without one the journal is attested by its server alone. A head names the one before it, so one stamp covers the whole
journal up to it. What comes back is checked before it is kept: it must cover this head, answer this question (nonce),
and be signed under the authority's root.
"""

import asyncio
import logging
from datetime import datetime
from pathlib import Path
from uuid import UUID

import aiohttp
import asyncpg
import msgspec
from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from backend.journal import stamping_queries as queries
from backend.journal.stamps import in_order
from backend.kernel.db import Database

log = logging.getLogger(__name__)

CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S = 5.0, 10.0
RESPONSE_BYTES_MAX = 65_536
FAILURES_MAX = 3
"""After so many in a row the authority is away; the next call tries again."""

CALL_S_MAX = 30.0
"""An authority that thinks long must not hold back what else the worker does by the clock; the next call goes on."""

ROOTS_MAX = 20
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"


class StampingError(RuntimeError):
    """Why there is no stamp, in words for the operator."""


class Authority(msgspec.Struct, frozen=True):
    """Where stamps are asked for, and the root certificates that they must be signed under."""

    url: str
    roots: tuple[x509.Certificate, ...]


def open_authority(url: str, roots: Path | None) -> Authority | None:
    """Return the authority of the settings, None without one; raises OSError or ValueError for a file of no roots."""
    if not url or roots is None:
        return None
    found = x509.load_pem_x509_certificates(roots.read_bytes())
    if len(found) > ROOTS_MAX:
        raise ValueError(f"{roots.name} holds more than {ROOTS_MAX} certificates")
    return Authority(url=url, roots=tuple(found))


async def stamp_heads(database: Database, authority: Authority | None, now: datetime) -> int:
    """Ask for a stamp over the newest head of each tenant that has none; returns how many came.

    At most 200 or 30 seconds a call. `database` is opened as Role.JOB; no transaction is open while somebody thinks.
    """
    if authority is None:
        return 0
    async with database.pool.acquire() as raw:
        waiting = await queries.waiting(raw, None)
    came = failures = 0
    clock = asyncio.get_running_loop()
    until = clock.time() + CALL_S_MAX
    for one in waiting:
        if clock.time() > until:
            break
        try:
            response, at = await ask(authority, one.seal.head)
        except StampingError as error:
            failures += 1
            log.warning("no time stamp for head %d of %s: %s", one.seal.number, one.tenant_id, error)
            if failures >= FAILURES_MAX:
                break
            continue
        failures = 0
        async with database.pool.acquire() as raw:
            await queries.keep(raw, one, authority.url, (response, at), now)
        came += 1
    return came


async def stamp_newest(
    raw: asyncpg.Connection, tenant_id: UUID, authority: Authority, now: datetime
) -> datetime | None:
    """Ask for a stamp over a tenant's newest head; returns its time, None when it has one. Raises StampingError."""
    for one in await queries.waiting(raw, tenant_id):
        response, at = await ask(authority, one.seal.head)
        await queries.keep(raw, one, authority.url, (response, at), now)
        return at
    return None


async def ask(authority: Authority, text: str) -> tuple[bytes, datetime]:
    """Return (response, time in it) of an authority for the SHA-256 of a text, checked; raises StampingError."""
    request = TimestampRequestBuilder(data=text.encode(), hash_algorithm=HashAlgorithm.SHA256).build()
    body = await _post(authority.url, request.as_bytes())
    try:
        body = in_order(body)
        response = decode_timestamp_response(body)
        verifier = VerifierBuilder.from_request(request)
        for root in authority.roots:
            verifier = verifier.add_root_certificate(root)
        verifier.build().verify_message(response, text.encode())
    except (VerificationError, ValueError) as error:
        raise StampingError(f"what came back is no stamp for this head ({error})") from error
    return body, response.tst_info.gen_time


async def _post(url: str, body: bytes) -> bytes:
    timeout = aiohttp.ClientTimeout(total=TOTAL_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.post(url, data=body, headers={"Content-Type": _QUERY}, allow_redirects=False) as answer,
        ):
            if answer.status != 200 or answer.content_type != _REPLY:  # noqa: PLR2004 - OK
                raise StampingError(f"the authority answered {answer.status} ({answer.content_type})")
            content = bytearray()
            async for piece in answer.content.iter_chunked(RESPONSE_BYTES_MAX):
                content += piece
                if len(content) > RESPONSE_BYTES_MAX:
                    raise StampingError("the authority's answer is larger than a stamp")
            return bytes(content)
    except (TimeoutError, aiohttp.ClientError) as error:
        raise StampingError(f"the authority cannot be reached ({type(error).__name__})") from error
