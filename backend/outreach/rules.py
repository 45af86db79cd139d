"""May we push to this address, what may a push say, and what does the push service's answer mean?"""

import base64
import binascii
import hashlib
import ipaddress
import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import assert_never
from urllib.parse import SplitResult, urlsplit
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

from backend.outreach.schemas import (
    WEB_PUSH,
    Answer,
    DeliveryState,
    Language,
    MessageKind,
    Notification,
    Payload,
    SubscriptionKeys,
    Trouble,
    Urgency,
    Verdict,
)
from backend.outreach.words import WORDS

HTTPS_PORT = 443
POINT_BYTES, SECRET_BYTES = 65, 16
UNCOMPRESSED = 0x04
ATTEMPTS_MAX = 6
BACKOFF_BASE_S = 5.0
BACKOFF_MAX_S = 900.0
TOPIC_CHARACTERS = 32
OK_STATUS, REDIRECT_STATUS, SERVER_ERROR_STATUS = 200, 300, 500
GONE = frozenset({404, 410})
TOO_MANY = 429
NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
# Names that lead inside by convention, whatever a resolver says.
INSIDE_SUFFIXES = (".localhost", ".localdomain", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp")
# Addresses that carry another one inside; Python calls them global.
TUNNELS = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))

# How long news are worth a push, and whether a sleeping phone is woken for them.
WORTH: dict[MessageKind, tuple[timedelta, Urgency]] = {
    MessageKind.PLAN_PUBLISHED: (timedelta(hours=12), Urgency.NORMAL),
    MessageKind.PLAN_CHANGED: (timedelta(hours=6), Urgency.HIGH),
    MessageKind.CASE_GIVEN: (timedelta(hours=24), Urgency.NORMAL),
    MessageKind.CASE_TAKEN: (timedelta(hours=24), Urgency.HIGH),
    # Whoever is on the way to a client who has paid should turn round.
    MessageKind.CLIENT_PAID: (timedelta(hours=6), Urgency.HIGH),
    MessageKind.DEBT_LOWERED: (timedelta(hours=6), Urgency.NORMAL),
    MessageKind.DEADLINE_NEAR: (timedelta(hours=24), Urgency.NORMAL),
}


def endpoint_flaw(endpoint: str, *, is_test: bool) -> str | None:
    """Say why an address is not one of a push service on the public internet; None when it may be one.

    `is_test` also takes http on the loopback of this machine, for a push service that a test runs. A name is looked up
    again when something is sent, and what it means is judged then (`is_public`).
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        return "not_an_address"
    if is_test and is_loopback(parts):
        return None
    if parts.scheme != "https":
        return "not_https"
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        return "not_an_address"
    if port not in (None, HTTPS_PORT):
        return "other_port"
    return _host_flaw(parts.hostname.rstrip(".").lower())


def _host_flaw(host: str) -> str | None:
    # Browsers write every name in ASCII; an IPv6 address has colons.
    if not NAME.fullmatch(host):
        return "not_a_name"
    if host.endswith(INSIDE_SUFFIXES) or "." not in host:
        return "not_public"
    # Push services have names. "127.1", "0x7f.1" and "2130706433" are addresses to some resolvers: the last label of a
    # name is never a number.
    return "not_a_name" if host.rsplit(".", 1)[-1][:1].isdecimal() else None


def is_loopback(parts: SplitResult) -> bool:
    """Tell whether an address is http on this very machine, and nothing else in disguise."""
    return parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"} and parts.username is None


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet (for IPv6: also what it carries inside)."""
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return is_public(str(parsed.ipv4_mapped))
        if any(parsed in network for network in TUNNELS):
            return False
    return parsed.is_global and not parsed.is_multicast


def origin_of(endpoint: str) -> str:
    """Return scheme, host and port, which a signature of ours is good for (RFC 8292, 2)."""
    parts = urlsplit(endpoint)
    port = "" if parts.port is None else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def keys_of(p256dh: str, auth: str) -> SubscriptionKeys | None:
    """Return the keys of a subscription, or None when no message could be encrypted to them (RFC 8291, 3.1 and 3.2)."""
    point, secret = _unpacked(p256dh), _unpacked(auth)
    if point is None or secret is None or len(secret) != SECRET_BYTES:
        return None
    if len(point) != POINT_BYTES or point[0] != UNCOMPRESSED:
        return None
    try:
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except ValueError:
        return None  # not on the curve
    return SubscriptionKeys(p256dh=point, auth=secret)


def _unpacked(text: str) -> bytes | None:
    bare = text.rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None


def payload_of(kind: MessageKind, case_id: UUID | None, language: Language, origin: str) -> Payload:
    """Return what a push says: fixed words of its kind, and where a tap leads. Nothing of the client can get in."""
    words = WORDS[kind][language]
    notification = Notification(
        title=words.title,
        body=words.body,
        navigate=f"{origin}{path_of(kind, case_id)}",
        lang=language.value,
        tag=kind.value if case_id is None else f"{kind.value}-{case_id}",
    )
    return Payload(web_push=WEB_PUSH, notification=notification)


def path_of(kind: MessageKind, case_id: UUID | None) -> str:
    """Return the screen behind a message."""
    match kind:
        case MessageKind.PLAN_PUBLISHED | MessageKind.PLAN_CHANGED:
            return "/"
        case MessageKind.CASE_TAKEN:
            return "/inbox"  # the case itself is no longer theirs to see
        case MessageKind.DEADLINE_NEAR:
            return "/law/limitation"
        case MessageKind.CASE_GIVEN | MessageKind.CLIENT_PAID | MessageKind.DEBT_LOWERED:
            return "/cases" if case_id is None else f"/cases/{case_id}"
        case _:
            assert_never(kind)


def topic_of(kind: MessageKind, subject_id: UUID) -> str:
    """Return the topic: a newer message of the same one replaces it while the phone is away (RFC 8030, 5.4).

    All plans of a person are one topic.
    """
    about = "plan" if kind in (MessageKind.PLAN_PUBLISHED, MessageKind.PLAN_CHANGED) else f"{kind.value}:{subject_id}"
    digest = hashlib.sha256(about.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:TOPIC_CHARACTERS]


def headers_of(kind: MessageKind, subject_id: UUID, ttl_s: int) -> dict[str, str]:
    """Return the headers that say how long, how urgently and in whose place a push service keeps a message."""
    return {"TTL": str(ttl_s), "Urgency": WORTH[kind][1].value, "Topic": topic_of(kind, subject_id)}


def verdict_of(answer: Answer, attempts: int, expires_at: datetime, now: datetime, jitter: float) -> Verdict:
    """Say what becomes of a delivery after attempt number `attempts`; `jitter` is a number from 0 to 1.

    No answer is neither success nor failure: the phone may have it, so it is never sent again by itself.
    """
    if answer.trouble is Trouble.NO_ANSWER:
        return Verdict(state=DeliveryState.UNKNOWN, due_at=None)
    if answer.trouble is Trouble.FORBIDDEN:
        return Verdict(state=DeliveryState.FAILED, due_at=None)
    status = answer.status_code
    if status is not None:
        if OK_STATUS <= status < REDIRECT_STATUS:
            return Verdict(state=DeliveryState.SENT, due_at=None)
        if status in GONE:
            return Verdict(state=DeliveryState.PRUNED, due_at=None)
        if status != TOO_MANY and status < SERVER_ERROR_STATUS:
            return Verdict(state=DeliveryState.FAILED, due_at=None)
    if attempts >= ATTEMPTS_MAX:
        return Verdict(state=DeliveryState.FAILED, due_at=None)
    wait = max(backoff_of(attempts, jitter), retry_after_of(answer.retry_after, now))
    if now + wait >= expires_at:
        return Verdict(state=DeliveryState.EXPIRED, due_at=None)
    return Verdict(state=DeliveryState.SCHEDULED, due_at=now + wait)


def backoff_of(attempts: int, jitter: float) -> timedelta:
    """Return how long to wait after an attempt: doubling, at most 15 minutes, shortened by up to a half at random."""
    full = min(BACKOFF_BASE_S * 2 ** (attempts - 1), BACKOFF_MAX_S)
    return timedelta(seconds=full * (1 - jitter / 2))


def retry_after_of(text: str | None, now: datetime) -> timedelta:
    """Return the wait that a Retry-After asks for, in seconds or as an HTTP date; none when it cannot be read."""
    nothing = timedelta()
    if text is None:
        return nothing
    if text.strip().isdecimal():
        # A wait longer than any message lives need not be represented exactly.
        return timedelta(seconds=min(int(text), 10**7))
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return nothing
    return max(nothing, (at if at.tzinfo is not None else at.replace(tzinfo=UTC)) - now)
