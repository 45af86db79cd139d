"""Can any fate of the permits that are out make a contact unlawful, and do they end when they should?"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backend.compliance.choosing import read_pack, shipped_packs
from backend.compliance.packs import Pack
from backend.compliance.permit_schemas import (
    DayCase,
    Permit,
    PermitSettings,
    Refused,
    Standing,
)
from backend.compliance.permits import all_drawn, day_asks, drawn, is_out, lease_end, person_key, standing_of
from backend.compliance.rules import evaluate
from backend.compliance.schemas import Channel, Decision, Event, EventKind, StatusKind
from tests.backend.compliance.builder import TODAY, events, situation
from tests.backend.compliance.situations_of_permits import BUDGET, CN, DESK, HOURS, PHONE, US, ask, granted

FATES = {
    Channel.CALL: (EventKind.ATTEMPT, EventKind.CONNECT, EventKind.CONVERSATION),
    Channel.VISIT: (EventKind.VISIT,),
    Channel.SMS: (EventKind.MESSAGE,),
}


def fates(permit: Permit) -> Iterator[tuple[datetime, EventKind] | None]:
    """Give what may become of a permit: nothing, or a contact at its first or last moment that got so far."""
    yield None
    first, last = permit.since, permit.until - timedelta(minutes=1)
    yield from product({first, last}, FATES[permit.asked.action.channel])


def unlawful(permits: list[Permit], history: list[Event], packs: tuple[Pack, ...]) -> list[object]:
    """Return the fates in which a contact is forbidden that its holder, who knows of no other, had to think lawful."""
    found: list[object] = []
    for fate in product(*(list(fates(one)) for one in permits)):
        happened = sorted(
            (end[0], permit.id.int, end[1], permit) for end, permit in zip(fate, permits, strict=True) if end
        )
        true = list(history)
        for at, _, kind, permit in happened:
            then = replace(permit.asked, now=at)
            is_clear = evaluate(replace(then, history=history), packs).decision is Decision.ALLOW
            if is_clear and evaluate(replace(then, history=list(true)), packs).decision is not Decision.ALLOW:
                found.append(fate)
            action = permit.asked.action
            true.append(
                Event(
                    at=at, kind=kind, channel=action.channel, person=person_key(then), to=action.to, place=action.place
                )
            )
    return found


KINDS = ("attempt", "connect", "conversation", "failed")
pasts = st.lists(
    st.builds(
        lambda kind, day, hour, to: {"kind": kind, "at": f"2026-11-{day} {hour:02d}:00", "to": to},
        st.sampled_from(KINDS), st.sampled_from([17, 22, 23]), st.integers(8, 13), st.sampled_from("ab"),
    ),
    max_size=5,
)  # fmt: skip
wishes = st.lists(
    st.builds(
        lambda channel, to, role: {"channel": channel, "to": to, "role": role},
        st.sampled_from(["call", "call", "visit", "sms"]), st.sampled_from(["a", "b", None]),
        st.sampled_from(["obligor", "obligor", "neighbour"]),
    ),
    min_size=2, max_size=4,
)  # fmt: skip
consents = st.sampled_from(
    [[], [{"kind": "call", "from": f"{TODAY} 09:00"}], [{"kind": "call", "from": "2026-11-17 09:00"}]]
)


@given(st.sampled_from([CN, US]), pasts, wishes, consents, st.sampled_from([2, 8, 30]))
@settings(max_examples=60)
def test_no_fate_of_those_that_are_out_makes_one_unlawful(
    base: dict[str, object],
    past: list[dict[str, object]],
    wanted: list[dict[str, object]],
    agreed: list[dict[str, object]],
    hours: int,
) -> None:
    """CO-3: brute force over the first and last moment and every outcome; each holder knows only the common past."""
    basis = [{"kind": "consumer_text", "at": f"{TODAY} 08:00"}]
    asked = [situation(base, {**one, "history": past, "agreements": agreed, "basis": basis}) for one in wanted]
    permits = granted(asked, hours)[:3]
    assert unlawful(permits, list(asked[0].history or []), shipped_packs()) == []


def test_without_counting_those_that_are_out_the_same_search_finds_breaches() -> None:
    """The search above is able to fail."""
    asked = situation(US, {})
    blind = [one for n in range(2) if isinstance(one := drawn(ask(n, asked), PHONE, [], shipped_packs()), Permit)]
    assert len(blind) == 2
    assert unlawful(blind, [], shipped_packs())


@pytest.mark.parametrize(("base", "calls"), [(CN, 3), (US, 1)])
def test_a_phone_leases_one_visit_and_the_calls_that_the_law_leaves(base: dict[str, object], calls: int) -> None:
    """In China three may be answered a day; in the US the first may become the conversation after which none is."""
    call = situation(base, {})
    case = DayCase(budget=BUDGET, visit=situation(base, {"channel": "visit"}), call=call)
    ids = iter(range(1, 9))
    until = lease_end(call.now, None, PermitSettings())
    wanted = day_asks([case], until, PermitSettings(calls_per_case=5), lambda: UUID(int=next(ids)))
    answers = all_drawn(wanted, PHONE, [], shipped_packs())
    assert [isinstance(one, Permit) for one in answers] == [True] + [n < calls for n in range(5)]


def test_a_permit_of_before_the_hours_begins_with_them() -> None:
    early = granted([situation(CN, {"now": "07:10"})])
    assert [one.since.isoformat() for one in early] == [f"{TODAY}T08:00:00+08:00"]
    assert granted([situation(CN, {"now": "22:10"})]) == []


def test_one_desk_is_refused_what_a_phone_may_still_do() -> None:
    out = granted([situation(US, {})])
    refused = drawn(ask(9, situation(US, {"to": "b"})), DESK, out, shipped_packs())
    assert isinstance(refused, Refused)
    assert refused.verdict.rule_ids == ["US-FREQ-02", "US-FREQ-04"]


def one_way(pack_id: str = "XX") -> Pack:
    """Return a made-up law under which nobody is visited on a day with a call."""
    rule = {
        "id": "XX-ONE-01", "kind": "count_window", "when": {"channels": ["visit"]},
        "breaks": {"happened": {"at_least": 1, "kinds": ["connect"], "days": 1}},
    }  # fmt: skip
    words = {"en": "One a day", "zh": "一天一次", "source": "a test", "confidence": "H"}
    pack = {
        "pack_id": pack_id, "version": "1", "effective_from": "2026-01-01", "status": "in_force",
        "modelled_on": "nothing", "applies_when": {"jurisdictions": ["CN"]}, "articles": {"XX-ONE-01": words},
        "rules": [rule],
    }  # fmt: skip
    return read_pack(msgspec.json.encode(pack))


def test_a_new_permit_must_not_forbid_one_that_is_out() -> None:
    """A law may count calls against visits and not visits against calls: the call is refused while a visit is out."""
    packs = (*shipped_packs(), one_way())
    visit, call = situation(CN, {"channel": "visit"}), situation(CN, {})
    assert len(granted([call], packs=packs)) == 1
    out = granted([visit], packs=packs)
    refused = drawn(ask(9, call), DESK, out, packs)
    assert isinstance(refused, Refused)
    assert refused.verdict.rule_ids == ["XX-ONE-01"]
    assert isinstance(drawn(ask(9, call), DESK, out, shipped_packs()), Permit)


@pytest.mark.parametrize(
    ("hours", "heard", "expected"),
    [
        (2.99, None, True), (2.99, 2, True), (3, None, True), (3, 2.99, True), (3, 3, False),
        (3 + 90 * 24 - 0.01, 2.99, True), (3 + 90 * 24, 2.99, False),
    ],
)  # fmt: skip
def test_one_that_ran_out_counts_until_its_phone_was_heard_of(
    hours: float, heard: float | None, *, expected: bool
) -> None:
    """N2: its contact may be unsent; a phone that never comes back blocks nobody for ever."""
    (permit,) = granted([situation(CN, {})])
    heard_at = None if heard is None else permit.drawn_at + heard * HOURS
    assert is_out(permit, permit.drawn_at + hours * HOURS, heard_at, PermitSettings()) is expected


@pytest.mark.parametrize(("shift", "expected"), [(None, 12), (4, 4), (30, 12), (-1, 12)])
def test_a_lease_ends_with_the_shift_or_after_the_hours_of_the_setting(shift: float | None, expected: float) -> None:
    now = situation(CN, {}).now
    assert lease_end(now, None if shift is None else now + shift * HOURS, PermitSettings()) == now + expected * HOURS


FROZEN = {"status": [{"kind": "freeze", "from": "15:05"}]}


def talk(at: str, direction: str) -> dict[str, object]:
    return {"history": [{"kind": "conversation", "at": at, "direction": direction}]}


@pytest.mark.parametrize(
    ("base", "given", "minute", "expected"),
    [
        (CN, {}, 10, Standing.LAWFUL),
        (CN, FROZEN, 4, Standing.LAWFUL),
        (CN, FROZEN, 10, Standing.EXCEPTION),
        (CN, FROZEN, 180, Standing.BREACH),
        (CN, {"history": events(3, "connect")}, 10, Standing.BREACH),
        (US, talk("15:05", "in"), 10, Standing.EXCEPTION),
        (US, talk("14:05", "in"), 10, Standing.BREACH),
        (US, talk("15:05", "out"), 10, Standing.BREACH),
    ],
)
def test_what_the_person_did_later_makes_an_exception_and_our_own_contacts_a_breach(
    base: dict[str, object], given: dict[str, object], minute: int, expected: Standing
) -> None:
    (permit,) = granted([situation(base, {})])
    happened = replace(situation(base, given), now=permit.drawn_at + timedelta(minutes=minute))
    known = [one for one in happened.status if one.kind is not StatusKind.FREEZE]
    assert standing_of(happened, permit, (known, []), shipped_packs()) is expected
    if expected is Standing.EXCEPTION:
        assert standing_of(happened, None, (known, []), shipped_packs()) is Standing.BREACH
