"""What is said about the recording before a call goes on? Texts with ids, so that a call keeps which one it had."""

from collections.abc import Mapping

import msgspec


class Notice(msgspec.Struct, frozen=True):
    """The words of a notice, in both languages."""

    zh: str
    en: str


NOTICES: Mapping[str, Notice] = {
    "recorded-2026-1": Notice(zh="本次通话将被录音", en="This call is recorded"),
}
"""A text that was used once is never changed: a new one gets a new id."""

PRESENT = "recorded-2026-1"
