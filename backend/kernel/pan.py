"""Which digits in a text are a card number, and how is it hidden? The twin of pwa/src/rules/pan.ts.

Card data must not come into the record at all: of a number that somebody typed into a note the first six and the last
four digits stay (PCI DSS 3.4). The phone hides it while it is typed; the server hides it again, whoever sends it.
"""

import re

DIGITS_MIN, DIGITS_MAX = 13, 19
HEAD, TAIL = 6, 4

_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)}
# Groups of digits, or of what was hidden before, with one space or hyphen between two.
_RUN = re.compile(r"[0-9*]+(?:[ -][0-9*]+)*")
_BETWEEN = re.compile(r"([ -])")
_HIDDEN_BEFORE = re.compile(r"[0-9]{6}\*")


def without_pans(text: str) -> str:
    """Return the text without card numbers; digits of full width become those of half width."""
    return _RUN.sub(lambda found: _in_run(found[0]), text.translate(_WIDE))


def _in_run(run: str) -> str:
    """Hide in one run: from each group on, the most groups that are a card number."""
    parts = _BETWEEN.split(run)
    out: list[str] = []
    start = 0
    while start < len(parts):
        # A group has a digit at least, so no more groups than digits can be one number.
        end = min(len(parts), start + 2 * DIGITS_MAX - 1)
        while end > start and not _is_pan("".join(parts[start:end:2])):
            end -= 2
        following = end if end > start else start + 1
        piece = "".join(parts[start:following])
        out.append(_hidden(piece) if end > start else piece)
        out += parts[following : following + 1]
        start = following + 1
    return "".join(out)


def _is_pan(together: str) -> bool:
    """Tell whether groups together are a card number; one that was hidden while it was typed stays one as it grows."""
    if not DIGITS_MIN <= len(together) <= DIGITS_MAX:
        return False
    if "*" in together:
        return _HIDDEN_BEFORE.match(together) is not None
    return together.strip("0") != "" and _passes_luhn(together)


def _passes_luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - digits of a product


def _hidden(text: str) -> str:
    count = sum(one not in " -" for one in text)
    seen = 0
    out = []
    for one in text:
        is_digit = one not in " -"
        seen += is_digit
        out.append("*" if is_digit and HEAD < seen <= count - TAIL else one)
    return "".join(out)
