"""What does the made-up exchange hold? Channels that ring, are answered and end, bridges, prompts, recordings.

It knows nothing of Rounds but ARI's shapes. Words that are said while nobody listens are lost, as with a real one.
"""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from backend.calls.line.simulator.people import CAUSES, Does, Script, script_of
from backend.calls.line.simulator.sound import recording

NUMBER = re.compile(r"/(\+?\d{3,20})@")
DESK = Script(does=Does.ANSWER, rings_s=1.0, talks_s=7_200.0)
NOBODY = Script(does=Does.NO_ANSWER, rings_s=5.0)
RINGS_AFTER_S, PROMPT_S, PRESSES_AFTER_S = 0.5, 4.0, 1.0
NORMAL = 16

Say = Callable[[dict[str, object]], None]


class Channel(msgspec.Struct):
    """One leg, and the task that is its life."""

    id: str
    script: Script
    state: str = "Down"
    digits: str = ""
    task: asyncio.Task[None] | None = None
    hung_up: asyncio.Event = msgspec.field(default_factory=asyncio.Event)


class Tape(msgspec.Struct):
    """A recording that runs: the stretches that were recorded, in seconds of the machine."""

    name: str
    since: float | None
    recorded_s: float = 0.0


class Bridge(msgspec.Struct):
    """A conversation."""

    id: str
    channels: set[str] = msgspec.field(default_factory=set)
    tape: Tape | None = None


class Exchange:
    """All that stands at the moment; `pace` is how many simulated seconds pass in one of the clock."""

    def __init__(self, say: Say, scripts: Sequence[Script], seed: str, pace: float) -> None:
        self._say, self._scripts, self._seed, self._pace = say, scripts, seed, pace
        self._times_called: dict[str, int] = {}
        self._prompts: set[asyncio.Task[None]] = set()
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.stored: dict[str, bytes] = {}

    def originate(self, channel_id: str, endpoint: str) -> Channel | None:
        """Begin a leg; None when one of this name stands."""
        if channel_id in self.channels:
            return None
        found = NUMBER.search(endpoint)
        script = NOBODY if "nobody" in endpoint else DESK
        if found is not None:
            times = self._times_called[found[1]] = self._times_called.get(found[1], 0) + 1
            script = script_of(found[1], self._scripts, self._seed, times)
        channel = Channel(id=channel_id, script=script, digits=script.digits)
        self.channels[channel_id] = channel
        channel.task = asyncio.create_task(self._live(channel), name=channel_id)
        return channel

    async def _live(self, channel: Channel) -> None:
        """Ring, be answered or not, talk, end."""
        script = channel.script
        cause = CAUSES[script.does]
        try:
            if script.does is not Does.INVALID and not await self._is_over(channel, RINGS_AFTER_S):
                self._turn(channel, "Ringing")
                is_over = await self._is_over(channel, script.rings_s)
                if script.does is Does.ANSWER and not is_over:
                    self._turn(channel, "Up")
                    self._say({"type": "StasisStart", "channel": _shown(channel), "args": []})
                    while channel.digits and not await self._is_over(channel, PROMPT_S):
                        pass
                    await self._is_over(channel, script.talks_s)
        finally:
            self._leave(channel)
            cause = NORMAL if channel.hung_up.is_set() else cause
            said = {"type": "ChannelDestroyed", "channel": _shown(channel), "cause": cause, "cause_txt": ""}
            self._say(said)

    async def _is_over(self, channel: Channel, seconds: float) -> bool:
        """Wait so many simulated seconds; True at once when the leg is hung up."""
        try:
            await asyncio.wait_for(channel.hung_up.wait(), seconds / self._pace)
        except TimeoutError:
            return False
        return True

    def _turn(self, channel: Channel, state: str) -> None:
        channel.state = state
        self._say({"type": "ChannelStateChange", "channel": _shown(channel)})

    def _leave(self, channel: Channel) -> None:
        self.channels.pop(channel.id, None)
        for bridge in self.bridges.values():
            bridge.channels.discard(channel.id)

    def hang_up(self, channel_id: str) -> bool:
        """End a leg; False when there is none."""
        channel = self.channels.get(channel_id)
        if channel is not None:
            channel.hung_up.set()
        return channel is not None

    def join(self, bridge_id: str, channel_id: str) -> bool:
        """Put a leg that is up into a bridge."""
        bridge, channel = self.bridges.get(bridge_id), self.channels.get(channel_id)
        if bridge is None or channel is None or channel.state != "Up":
            return False
        bridge.channels.add(channel_id)
        return True

    def play(self, bridge_id: str, playback_id: str, media: str) -> bool:
        """Play a prompt to whoever is in a bridge; people press their next digit when it is over."""
        if bridge_id not in self.bridges:
            return False
        task = asyncio.create_task(self._play(bridge_id, playback_id, media))
        self._prompts.add(task)
        task.add_done_callback(self._prompts.discard)
        return True

    async def _play(self, bridge_id: str, playback_id: str, media: str) -> None:
        await asyncio.sleep(PROMPT_S / self._pace)
        bridge = self.bridges.get(bridge_id)
        if bridge is None:
            return
        self._say({"type": "PlaybackFinished", "playback": {"id": playback_id, "media_uri": media, "state": "done"}})
        await asyncio.sleep(PRESSES_AFTER_S / self._pace)
        for channel_id in sorted(bridge.channels):
            channel = self.channels.get(channel_id)
            if channel is not None and channel.digits:
                digit, channel.digits = channel.digits[0], channel.digits[1:]
                self._say({"type": "ChannelDtmfReceived", "channel": _shown(channel), "digit": digit})

    def record(self, bridge_id: str, name: str) -> bool | None:
        """Begin to record a bridge; None when there is no such bridge, False when the name is taken."""
        bridge = self.bridges.get(bridge_id)
        if bridge is None:
            return None
        if bridge.tape is not None or name in self.stored:
            return False
        bridge.tape = Tape(name=name, since=time.monotonic())
        return True

    def pause(self, name: str, *, is_paused: bool) -> bool:
        """Pause a recording or let it go on; False when none of this name runs."""
        tape = next((one.tape for one in self.bridges.values() if one.tape and one.tape.name == name), None)
        if tape is None:
            return False
        if is_paused and tape.since is not None:
            tape.recorded_s += time.monotonic() - tape.since
            tape.since = None
        elif not is_paused and tape.since is None:
            tape.since = time.monotonic()
        return True

    def end_bridge(self, bridge_id: str) -> bool:
        """End a conversation; its recording is stored and said to be finished."""
        bridge = self.bridges.pop(bridge_id, None)
        if bridge is None:
            return False
        if bridge.tape is not None:
            self.pause_tape(bridge.tape)
            self.stored[bridge.tape.name] = recording(bridge.tape.recorded_s * self._pace)
            shown = {"name": bridge.tape.name, "format": "wav", "state": "done", "target_uri": f"bridge:{bridge_id}"}
            self._say({"type": "RecordingFinished", "recording": shown})
        return True

    @staticmethod
    def pause_tape(tape: Tape) -> None:
        """Count what was recorded until now."""
        if tape.since is not None:
            tape.recorded_s += time.monotonic() - tape.since
            tape.since = None

    async def close(self) -> None:
        """End all lives."""
        tasks = [channel.task for channel in self.channels.values() if channel.task is not None]
        for task in (*tasks, *self._prompts):
            task.cancel()
        await asyncio.gather(*tasks, *self._prompts, return_exceptions=True)


def _shown(channel: Channel) -> dict[str, object]:
    return {"id": channel.id, "state": channel.state, "name": channel.id}


def stamped(said: dict[str, object]) -> bytes:
    """Return an event as ARI writes it, with the moment and the name of the application."""
    now = datetime.now(tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "+0000")
    return msgspec.json.encode({"application": "rounds", "timestamp": now, **said})
