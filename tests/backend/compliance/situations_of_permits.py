"""How are the situations of the tests of permits written? Two bases in which all is in order, and reserved contacts."""

from datetime import timedelta
from uuid import UUID

import msgspec

from backend.compliance.choosing import shipped_packs
from backend.compliance.packs import Pack
from backend.compliance.permit_schemas import Ask, Holder, HolderKind, Permit
from backend.compliance.permits import all_drawn
from backend.compliance.schemas import Event, Situation
from tests.backend.compliance.builder import instant

CN: dict[str, object] = {"jurisdiction": "CN", "zones": ["Asia/Shanghai"], "channel": "call", "collector": "lender"}
US: dict[str, object] = {
    "jurisdiction": "US", "zones": ["America/Chicago"], "channel": "call", "debts": [{"id": "debt", "notified": True}],
}  # fmt: skip
PHONE, DESK = Holder(kind=HolderKind.PHONE, id="p1"), Holder(kind=HolderKind.DESK, id="d1")
BUDGET = UUID(int=1)
HOURS = timedelta(hours=1)


def reserved(wall: str, zone: str = "Asia/Shanghai", **also: object) -> Event:
    """Return a contact that may happen until a moment of the day; a call to number `a` unless said otherwise."""
    given = {"at": instant(wall, zone), "kind": "attempt", "channel": "call", "to": "a", **also}
    return msgspec.convert(given, Event)


def ask(number: int, asked: Situation, hours: float = 3, budget: UUID = BUDGET) -> Ask:
    """Return a wish for a permit that runs for so many hours."""
    return Ask(id=UUID(int=number), budget=budget, situation=asked, until=asked.now + hours * HOURS)


def granted(asked: list[Situation], hours: float = 3, packs: tuple[Pack, ...] = ()) -> list[Permit]:
    """Return the permits that a phone is given when it asks for these one after the other."""
    answers = all_drawn([ask(n, one, hours) for n, one in enumerate(asked)], PHONE, [], packs or shipped_packs())
    return [one for one in answers if isinstance(one, Permit)]
