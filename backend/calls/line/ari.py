"""How does an Asterisk speak? ARI: orders over HTTP, words over a WebSocket; each call is a bridge with two channels.

Channels, bridge and recording are named after the call, so an order that is given twice meets what the first one made
(409) and is done. A WebSocket that falls silent is found by its pings; what was said meanwhile is lost, and the caller
asks `standing` for what is left.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID, uuid5

import aiohttp
import msgspec

from backend.calls.line.port import LineAwayError, LineError
from backend.calls.line.schemas import Heard, Leg, Standing, Word
from backend.kernel.reading import UNREADABLE

CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S, PING_EVERY_S = 3.0, 10.0, 10.0
FILE_TIMEOUT_S = 60.0
RING_MAX_S = 45
RECORD_MAX_S = 2 * 3600
WORD_BYTES_MAX = 256 * 1024
ANSWER_BYTES_MAX = 4 * 2**20
READ_BYTES = 2**16
APP = "rounds"
_NOT_FOUND, _CONFLICT, _REFUSED = 404, 409, 400


class Exchange(msgspec.Struct, frozen=True):
    """Where an Asterisk is and how it dials; `trunk` holds `{number}`, `caller_id` is the number that is shown."""

    url: str
    user: str
    password: str
    trunk: str
    caller_id: str


class _Channel(msgspec.Struct, frozen=True):
    id: str
    state: str = ""


class _Playback(msgspec.Struct, frozen=True):
    id: str


class _Recording(msgspec.Struct, frozen=True):
    name: str


class _User(msgspec.Struct, frozen=True):
    intent: Annotated[str, msgspec.Meta(max_length=40)] = ""


class Event(msgspec.Struct, frozen=True):
    """What of an event of ARI is read; all else is left alone."""

    type: str
    timestamp: str = ""
    channel: _Channel | None = None
    digit: str = ""
    cause: int | None = None
    playback: _Playback | None = None
    recording: _Recording | None = None
    eventname: str = ""
    userevent: _User | None = None


_EVENT = msgspec.json.Decoder(Event)
_CHANNELS = msgspec.json.Decoder(list[_Channel])


def exchange_of(url: str, trunk: str, caller_id: str) -> Exchange:
    """Read where the exchange is from `http://user:password@host:port`."""
    parts = urlsplit(url)
    address = f"{parts.scheme}://{parts.hostname}:{parts.port or 8088}"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Exchange(url=address, user=user, password=password, trunk=trunk, caller_id=caller_id)


def channel_of(call_id: UUID, leg: Leg) -> str:
    """Return the name of a leg at the exchange."""
    return f"{APP}.{call_id}.{leg.value}"


def leg_of(channel: str) -> tuple[UUID, Leg] | None:
    """Return whose leg a channel is; None for one of somebody else."""
    parts = channel.split(".")
    if len(parts) != 3 or parts[0] != APP:  # noqa: PLR2004 - as channel_of puts them together
        return None
    try:
        return UUID(parts[1]), Leg(parts[2])
    except ValueError:
        return None


def heard_of(event: Event) -> Heard | None:
    """Return what an event says in our words; None for one that says nothing to us."""
    named = _named(event)
    if named is None:
        return None
    (call_id, leg), word, value = named
    told = f"{event.type} {leg.value} {event.timestamp} {value}"
    at = datetime.fromisoformat(event.timestamp).astimezone(UTC)
    return Heard(id=uuid5(call_id, told), call_id=call_id, leg=leg, word=word, at=at, value=value, cause=event.cause)


def _named(event: Event) -> tuple[tuple[UUID, Leg], Word, str] | None:
    match event.type:
        case "PlaybackFinished" if event.playback is not None:
            name, _, number = event.playback.id.rpartition(".")
            return _about(name, Word.PLAYED, number)
        case "RecordingFinished" if event.recording is not None:
            return _about(event.recording.name, Word.RECORDED, "")
        case "RecordingFailed" if event.recording is not None:
            return _about(event.recording.name, Word.NOT_RECORDED, "")
        case "ChannelUserevent" if event.eventname == "intent" and event.userevent is not None:
            return _about("" if event.channel is None else event.channel.id, Word.INTENT, event.userevent.intent)
        case _ if event.channel is not None:
            return _of_channel(event, event.channel)
        case _:
            return None


def _of_channel(event: Event, channel: _Channel) -> tuple[tuple[UUID, Leg], Word, str] | None:
    match event.type, channel.state:
        case "StasisStart", _:
            return _about(channel.id, Word.ANSWERED, "")
        case "ChannelStateChange", "Ringing":
            return _about(channel.id, Word.RINGING, "")
        case "ChannelDtmfReceived", _:
            return _about(channel.id, Word.DIGIT, event.digit[:1])
        case "ChannelDestroyed", _:
            return _about(channel.id, Word.ENDED, "")
        case _:
            return None


def _about(name: str, word: Word, value: str) -> tuple[tuple[UUID, Leg], Word, str] | None:
    leg = leg_of(name)
    return None if leg is None else (leg, word, value)


class AriLine:
    """An Asterisk that is reached over one client session."""

    def __init__(self, exchange: Exchange, session: aiohttp.ClientSession) -> None:
        self._exchange = exchange
        self._session = session

    async def dial(self, call_id: UUID, leg: Leg, to: str) -> None:
        """Begin to call a number (client) or an endpoint (desk)."""
        endpoint = self._exchange.trunk.format(number=to) if leg is Leg.CLIENT else to
        query = {
            "endpoint": endpoint,
            "app": APP,
            "channelId": channel_of(call_id, leg),
            "callerId": self._exchange.caller_id,
            "timeout": str(RING_MAX_S),
        }
        await self._tell("POST", "/channels", query, is_there_fine=True)

    async def join(self, call_id: UUID, leg: Leg) -> None:
        """Put a leg that answered into the conversation of its call."""
        await self._tell("POST", f"/bridges/{_bridge(call_id)}", {"type": "mixing"})
        await self._tell("POST", f"/bridges/{_bridge(call_id)}/addChannel", {"channel": channel_of(call_id, leg)})

    async def record(self, call_id: UUID) -> None:
        """Begin to record the conversation, until its bridge ends."""
        query = {
            "name": _bridge(call_id),
            "format": "wav",
            "maxDurationSeconds": str(RECORD_MAX_S),
            "ifExists": "fail",
        }
        await self._tell("POST", f"/bridges/{_bridge(call_id)}/record", query, is_there_fine=True)

    async def pause(self, call_id: UUID) -> None:
        """Stop recording for a while."""
        await self._tell("POST", f"/recordings/live/{_bridge(call_id)}/pause", {})

    async def resume(self, call_id: UUID) -> None:
        """Go on recording."""
        await self._tell("DELETE", f"/recordings/live/{_bridge(call_id)}/pause", {})

    async def play(self, call_id: UUID, prompt: str) -> None:
        """Let a prompt be heard; it is written `media#number`, and PLAYED with the number follows."""
        media, _, number = prompt.rpartition("#")
        await self._tell("POST", f"/bridges/{_bridge(call_id)}/play/{_bridge(call_id)}.{number}", {"media": media})

    async def hang_up(self, call_id: UUID) -> None:
        """End both legs and their bridge."""
        for leg in Leg:
            await self._tell("DELETE", f"/channels/{channel_of(call_id, leg)}", {}, is_gone_fine=True)
        await self._tell("DELETE", f"/bridges/{_bridge(call_id)}", {}, is_gone_fine=True)

    async def standing(self) -> Sequence[Standing]:
        """Return all legs that the exchange holds for us."""
        try:
            found = _CHANNELS.decode(await self._ask("GET", "/channels", ANSWER_BYTES_MAX))
        except (*UNREADABLE, _MissingError, _ThereError, LineError) as error:
            raise LineAwayError("the exchange does not say what stands") from error
        legs = [(leg_of(channel.id), channel) for channel in found]
        return [Standing(leg[0], leg[1], channel.state == "Up") for leg, channel in legs if leg is not None]

    async def recording(self, call_id: UUID, bytes_max: int) -> bytes | None:
        """Return the bytes of a finished recording, None when there is none."""
        try:
            return await self._ask("GET", f"/recordings/stored/{_bridge(call_id)}/file", bytes_max, FILE_TIMEOUT_S)
        except (_MissingError, _ThereError):
            return None

    async def words(self) -> AsyncIterator[Heard | None]:
        """Yield None once it listens, then what the exchange says until it is cut off; raises LineAwayError."""
        try:
            async with asyncio.timeout(TOTAL_TIMEOUT_S):
                socket = await self._session.ws_connect(
                    f"{self._exchange.url}/ari/events?app={quote(APP)}",
                    heartbeat=PING_EVERY_S, max_msg_size=WORD_BYTES_MAX,
                )  # fmt: skip
            async with socket:
                yield None
                async for message in socket:
                    heard = _read_word(message)
                    if heard is not None:
                        yield heard
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LineAwayError(f"no words from the exchange ({type(error).__name__})") from error
        raise LineAwayError("the exchange ended the connection")

    async def _tell(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        *,
        is_gone_fine: bool = False,
        is_there_fine: bool = False,
    ) -> None:
        try:
            await self._ask(method, f"{path}?{_query(query)}" if query else path, ANSWER_BYTES_MAX)
        except _MissingError as error:
            if not is_gone_fine:
                raise LineError(f"{method} {path}: not found") from error
        except _ThereError as error:
            if not is_there_fine:
                raise LineError(f"{method} {path}: not in this state") from error

    async def _ask(self, method: str, path: str, bytes_max: int, timeout_s: float = TOTAL_TIMEOUT_S) -> bytes:
        timeout = aiohttp.ClientTimeout(total=timeout_s, connect=CONNECT_TIMEOUT_S)
        try:
            async with self._session.request(
                method, f"{self._exchange.url}/ari{path}", timeout=timeout, allow_redirects=False
            ) as response:
                if response.status == _NOT_FOUND:
                    raise _MissingError(path)
                if response.status == _CONFLICT:
                    raise _ThereError(path)
                body = await _read(response, bytes_max)
                if response.status >= _REFUSED:
                    raise LineError(f"{method} {path.partition('?')[0]}: {response.status}")
                return body
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise LineAwayError(f"no answer from the exchange ({type(error).__name__})") from error


def _read_word(message: aiohttp.WSMessage) -> Heard | None:
    if message.type is not aiohttp.WSMsgType.TEXT:
        return None
    try:
        return heard_of(_EVENT.decode(message.data))
    except UNREADABLE as error:
        raise LineAwayError("the exchange says what ARI does not") from error


class _MissingError(Exception):
    """The exchange has no such thing."""


class _ThereError(Exception):
    """The exchange has a thing of this name already, or it is not in the state for that."""


async def _read(response: aiohttp.ClientResponse, bytes_max: int) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_chunked(READ_BYTES):
        content += piece
        if len(content) > bytes_max:
            raise LineError(f"the exchange sends more than {bytes_max} bytes")
    return bytes(content)


def _query(values: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in values.items())


def _bridge(call_id: UUID) -> str:
    """Return the name of a call's bridge and of its recording: that of the client's leg."""
    return channel_of(call_id, Leg.CLIENT)


@asynccontextmanager
async def open_line(exchange: Exchange) -> AsyncIterator[AriLine]:
    """Give the line to an exchange; nothing is connected before it is used."""
    headers = {"Authorization": aiohttp.encode_basic_auth(exchange.user, exchange.password)}
    async with aiohttp.ClientSession(headers=headers, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False) as session:
        yield AriLine(exchange, session)
