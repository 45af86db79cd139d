"""Does a photo wait for a word of who took it? A pure function of its signals, the reviewer's word and the answers."""

from datetime import datetime


def waits_for_answer(band: str, asked: tuple[str, datetime] | None, answered_at: datetime | None) -> bool:
    """Tell whether a photo waits for a word of who took it: `asked` is the last (state, time) of a reviewer.

    What a reviewer accepted is settled; a question is open until an answer that came after it; without either, what is
    worth more than a glance waits for a first answer.
    """
    if asked is not None and asked[0] == "accepted":
        return False
    if asked is not None and asked[0] == "questioned":
        return answered_at is None or answered_at <= asked[1]
    return band != "low" and answered_at is None
