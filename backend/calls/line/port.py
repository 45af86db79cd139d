"""What can an exchange do? The one port to telephony; an adapter speaks the language of one kind of exchange.

Every order may be given twice: the id of the call is that of its channels, bridge and recording, so that a second time
finds what the first one made. What an exchange did not answer is not known, and is never tried again by itself.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol
from uuid import UUID

from backend.calls.line.schemas import Heard, Leg, Standing


class LineError(Exception):
    """An exchange refused; the text is one line."""


class LineAwayError(Exception):
    """An exchange cannot be reached, or did not answer in time."""


class Line(Protocol):
    """An exchange that this server may use."""

    async def dial(self, call_id: UUID, leg: Leg, to: str) -> None:
        """Begin to call a number (client) or an endpoint (desk); raises LineError, LineAwayError."""
        ...

    async def join(self, call_id: UUID, leg: Leg) -> None:
        """Put a leg that answered into the conversation of its call."""
        ...

    async def record(self, call_id: UUID) -> None:
        """Begin to record the conversation."""
        ...

    async def pause(self, call_id: UUID) -> None:
        """Stop recording for a while."""
        ...

    async def resume(self, call_id: UUID) -> None:
        """Go on recording."""
        ...

    async def play(self, call_id: UUID, prompt: str) -> None:
        """Let a prompt be heard; PLAYED with its name follows."""
        ...

    async def hang_up(self, call_id: UUID) -> None:
        """End both legs; none that stands any more is fine."""
        ...

    async def standing(self) -> Sequence[Standing]:
        """Return all legs that the exchange holds for us."""
        ...

    async def recording(self, call_id: UUID, bytes_max: int) -> bytes | None:
        """Return the bytes of a finished recording, None when there is none; raises LineError when it is larger."""
        ...

    def words(self) -> AsyncIterator[Heard | None]:
        """Yield None once it listens, then what the exchange says until it is cut off (LineAwayError)."""
        ...
