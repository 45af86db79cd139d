"""What does a desk do without an exchange? It dials on a telephone of its own; this is the link that begins it.

There is no server part: nobody here knows whether it rang, and nothing is recorded here.
"""

import re

from backend.calls.line.port import LineError

_NUMBER = re.compile(r"\+?[0-9]{3,20}")


def tel_link(number: str) -> str:
    """Return the link (RFC 3966) of a number; raises LineError for what no telephone dials."""
    digits = re.sub(r"[\s().-]", "", number)
    if _NUMBER.fullmatch(digits) is None:
        raise LineError("that is not a number that can be dialled")
    return f"tel:{digits}"
