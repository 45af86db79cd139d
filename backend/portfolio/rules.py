"""What may be said about people and accounts before they are written: names that sort, who may be contacted."""

import unicodedata
from functools import lru_cache

from pypinyin import lazy_pinyin

from backend.portfolio.schemas import Consent, PartyRole

_INVISIBLE = {"Cf", "Cc"}
_OWES_TOO = {PartyRole.CO_BORROWER, PartyRole.GUARANTOR}


def sort_name(name: str) -> str:
    """Return the form by which names are sorted and searched: without invisible characters, folded, Han as pinyin."""
    parts: list[str] = []
    for character in unicodedata.normalize("NFKC", name):
        if unicodedata.category(character) in _INVISIBLE:
            continue
        parts.append(_sound(character))
    folded = " ".join("".join(parts).casefold().split())
    return folded or name


@lru_cache(maxsize=20_000)
def _sound(character: str) -> str:
    """Return the pinyin of a Han character with a space behind it, or the character; one sound a character."""
    if not "\u3400" <= character <= "\U0003ffff" or unicodedata.category(character) != "Lo":
        return character
    return f"{lazy_pinyin(character)[0]} "


def may_contact_by_default(role: PartyRole | None, consent: Consent) -> bool:
    """Tell whether somebody may be contacted when the lender did not say so.

    The obligor, a co-borrower and a guarantor owe and may be contacted unless they withdrew; a third person only after
    consent. What is unknown fails closed.
    """
    if consent is Consent.WITHDRAWN:
        return False
    return role is None or role in _OWES_TOO or consent is Consent.GIVEN
