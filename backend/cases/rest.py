"""How long does somebody rest after an attempt, before the queue gives the case out again? Minutes by the last result.

The gate is asked besides.
"""

FOUR_HOURS, A_DAY = 240, 1_440
RESTS: dict[str, int] = {
    "": FOUR_HOURS,
    "BUSY": 60,
    "POWERED_OFF": A_DAY,
    "TECHNICAL_FAILURE": 15,
    "BLOCKED_BY_POLICY": 0,
}
"""The empty code stands for every result that is not named."""
