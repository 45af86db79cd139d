"""How does a push leave? Encrypted by pywebpush, posted by a client that goes to the public internet only.

The endpoint came from a browser, so it is not trusted: every address that its name has at this moment must be a public
one, redirects are not followed, and of the answer no more than a line is read.
"""

import base64
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from pywebpush import WebPusher

from backend.outreach.keys import PushSigner
from backend.outreach.rules import endpoint_flaw, is_public
from backend.outreach.schemas import Answer, LeasedDelivery, Payload, Trouble

CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S = 5.0, 10.0
CONNECTIONS_MAX = 50
ANSWER_BYTES_MAX = 200


class PublicResolver(AbstractResolver):
    """Looks names up and gives nothing when one of the addresses is not public."""

    def __init__(self, *, is_test: bool) -> None:
        self._inner = ThreadedResolver()
        self._is_test = is_test

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a name; raises OSError for one that leads inside."""
        found = await self._inner.resolve(host, port, family)
        if not self._is_test and not all(is_public(one["host"]) for one in found):
            raise OSError("the name of this push service leads inside")
        return found

    async def close(self) -> None:
        """Close the resolver inside."""
        await self._inner.close()


class Sender(msgspec.Struct, frozen=True):
    """What sending needs."""

    session: aiohttp.ClientSession
    signer: PushSigner
    is_test: bool


@asynccontextmanager
async def open_sender(signer: PushSigner, *, is_test: bool) -> AsyncIterator[Sender]:
    """Give a sender with connections that are kept open between pushes."""
    connector = aiohttp.TCPConnector(resolver=PublicResolver(is_test=is_test), limit=CONNECTIONS_MAX)
    timeout = aiohttp.ClientTimeout(total=TOTAL_TIMEOUT_S, connect=CONNECT_TIMEOUT_S)
    # No cookie of one push service may go back with the next message, nor a proxy be taken from the environment.
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False
    ) as session:
        yield Sender(session=session, signer=signer, is_test=is_test)


def encrypt(delivery: LeasedDelivery, payload: Payload) -> bytes:
    """Return the payload under the keys of the subscription, as aes128gcm (RFC 8291)."""
    keys = {"p256dh": _text(delivery.p256dh), "auth": _text(delivery.auth)}
    pusher = WebPusher({"endpoint": delivery.endpoint, "keys": keys})
    body: bytes = pusher.encode(msgspec.json.encode(payload))["body"]
    return body


async def send(
    sender: Sender, delivery: LeasedDelivery, payload: Payload, how: Mapping[str, str], now: datetime
) -> Answer:
    """Post one push and return what came back; `how` holds TTL, Urgency and Topic. It never raises for the network."""
    flaw = endpoint_flaw(delivery.endpoint, is_test=sender.is_test)
    if flaw is not None:
        # Stored under a setting that no longer stands.
        return Answer(status_code=None, retry_after=None, trouble=Trouble.FORBIDDEN, detail=flaw)
    headers = {
        **how,
        "Authorization": sender.signer.authorization(delivery.endpoint, now),
        "Content-Encoding": "aes128gcm",
        # pywebpush itself names no type, and some services answer 400 to that.
        "Content-Type": "application/octet-stream",
    }
    body = encrypt(delivery, payload)
    try:
        async with sender.session.post(
            delivery.endpoint, data=body, headers=headers, allow_redirects=False
        ) as response:
            says = await response.content.read(ANSWER_BYTES_MAX)
            return Answer(
                status_code=response.status,
                retry_after=response.headers.get("Retry-After"),
                trouble=None,
                detail="" if response.ok else says.decode("utf-8", "replace").replace("\0", ""),
            )
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
        return _none(Trouble.NOT_SENT, error)
    except (TimeoutError, aiohttp.ClientError) as error:
        return _none(Trouble.NO_ANSWER, error)


def _none(trouble: Trouble, error: Exception) -> Answer:
    return Answer(status_code=None, retry_after=None, trouble=trouble, detail=type(error).__name__)


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
