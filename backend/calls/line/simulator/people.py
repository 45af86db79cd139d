"""Who picks up? What a number does when it is called: by a script for its last digits, else by a seeded draw."""

import random
from collections.abc import Sequence
from enum import StrEnum

import msgspec


class Does(StrEnum):
    """What happens when a number is called."""

    ANSWER = "answer"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECT = "reject"
    INVALID = "invalid"
    POWERED_OFF = "powered_off"


CAUSES = {
    Does.ANSWER: 16,
    Does.BUSY: 17,
    Does.NO_ANSWER: 19,
    Does.REJECT: 21,
    Does.INVALID: 1,
    Does.POWERED_OFF: 20,
}
SHARES = (
    (Does.ANSWER, 45), (Does.NO_ANSWER, 33), (Does.BUSY, 8), (Does.REJECT, 7), (Does.POWERED_OFF, 5), (Does.INVALID, 2),
)  # fmt: skip
DIGITS = ("1", "11", "12", "13", "10", "2", "0", "")


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the numbers with these last digits do; seconds are simulated ones.

    `digits` are pressed one by one, each after a prompt; somebody who is through with them talks on for `talks_s`.
    """

    ends: str = ""
    does: Does = Does.ANSWER
    rings_s: float = 6.0
    talks_s: float = 30.0
    digits: str = ""


def script_of(number: str, scripts: Sequence[Script], seed: str, times_called: int) -> Script:
    """Return what a number does at its n-th call: the first script that fits, else what the seed says."""
    fitting = next((one for one in scripts if number.endswith(one.ends)), None)
    if fitting is not None:
        return fitting
    draw = random.Random(f"{seed} {number} {times_called}")  # noqa: S311 - made-up people, not a secret
    does = draw.choices([one for one, _ in SHARES], [share for _, share in SHARES])[0]
    return Script(
        ends=number, does=does, rings_s=draw.uniform(3, 18), talks_s=draw.uniform(20, 120), digits=draw.choice(DIGITS)
    )
