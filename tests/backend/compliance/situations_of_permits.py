"""How are the situations of the tests of permits written? Two bases in which all is in order, and reserved contacts."""

import msgspec

from backend.compliance.schemas import Event
from tests.backend.compliance.builder import instant

CN: dict[str, object] = {"jurisdiction": "CN", "zones": ["Asia/Shanghai"], "channel": "call", "collector": "lender"}
US: dict[str, object] = {
    "jurisdiction": "US", "zones": ["America/Chicago"], "channel": "call", "debts": [{"id": "debt", "notified": True}],
}  # fmt: skip


def reserved(wall: str, zone: str = "Asia/Shanghai", **also: object) -> Event:
    """Return a contact that may happen until a moment of the day; a call to number `a` unless said otherwise."""
    given = {"at": instant(wall, zone), "kind": "attempt", "channel": "call", "to": "a", **also}
    return msgspec.convert(given, Event)
