"""Does a phone that fails in every way lose nothing, and would the checker see it if it did?"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import msgspec
import pytest

from backend.kernel.ids import new_id
from tests.faults.__main__ import PLANTED, build_phones, found_planted
from tests.faults.browser import play_in_chromium
from tests.faults.check import OnServer, PhotoKept, Recorded, State, Told, findings_of
from tests.faults.run import Ground, ground, play

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def under() -> Iterator[Ground]:
    build_phones()
    with ground() as made:
        yield made


def test_histories_over_two_lives_of_the_server_lose_and_double_nothing(under: Ground) -> None:
    """OF-5, N14: the small part of `make faults`; lost requests and answers, cut lines, kills, quota, clock jumps."""
    outcome = asyncio.run(play(under, seed=11, phones=6, kills=1))
    assert (outcome.phones, outcome.lives) == (6, 2)
    assert outcome.findings == []
    # Which of them, time decides: a round without any would prove nothing.
    assert (
        sum(outcome.went_through[what] for what in ("lost", "cut", "lostBefore", "lostAfter", "killed", "quota")) > 10
    )


@pytest.mark.browser
def test_a_history_in_chromium_loses_and_doubles_nothing(under: Ground) -> None:
    """OF-5, N14: the real app with its service worker; which four of the faults, the seed decides."""
    outcome = asyncio.run(play_in_chromium(under, seed=11, histories=1))
    assert outcome.findings == []
    assert sum(count for what, count in outcome.went_through.items() if what.startswith("in_chromium_")) == 4


@pytest.mark.parametrize("factory", PLANTED)
def test_what_is_planted_is_found(under: Ground, factory: str) -> None:
    assert asyncio.run(found_planted(under, factory, seed=11)).total() > 0


VISIT, RECORD, PHOTO = new_id(), new_id(), new_id()


def phone(
    state: State | None, *, is_signed: bool = True, photo: str | None = "stored", is_settled: bool = True,
    is_revoked: bool = False,
) -> Told:  # fmt: skip
    item = Recorded(id=VISIT, kind="visit.record", record_id=RECORD, state=state, is_signed=is_signed)
    picture = PhotoKept(id=PHOTO, sha256="ab", mutation_id=VISIT, state=photo)
    return Told(
        user_id=UUID(int=1), device_id=UUID(int=2), recorded=[item], photos=[picture], is_settled=is_settled,
        is_revoked=is_revoked, went_through={},
    )  # fmt: skip


WHOLE = OnServer(
    status={VISIT: "accepted"}, records=Counter({RECORD: 1}), events={RECORD: 1}, kept_apart=set(), edits=set(),
    photos={PHOTO: ("ab", True)},
)  # fmt: skip
NOTHING = OnServer(status={}, records=Counter(), events={}, kept_apart=set(), edits=set(), photos={})
EDIT = Recorded(id=VISIT, kind="case.edit", record_id=None, state="conflict", is_signed=True)
EDITED = msgspec.structs.replace(phone("conflict"), recorded=[EDIT], photos=[])
KEPT = msgspec.structs.replace(WHOLE, status={VISIT: "conflict"}, edits={VISIT}, events={VISIT: 1})


@pytest.mark.parametrize(
    ("told", "server", "kinds"),
    [
        (phone("accepted"), WHOLE, []),
        (phone("accepted", is_settled=False), WHOLE, ["unsettled"]),
        (phone("accepted", is_signed=False), WHOLE, ["false_accept"]),
        (phone("accepted"), NOTHING, ["false_accept", "lost"]),
        (phone(None), NOTHING, ["lost"]),
        (phone("saved"), NOTHING, ["lost"]),
        (phone(None), WHOLE, ["lost"]),
        (phone(None, is_revoked=True), WHOLE, []),
        (phone(None, is_revoked=True), NOTHING, ["lost"]),
        (phone("accepted", photo="waiting", is_revoked=True), msgspec.structs.replace(WHOLE, photos={}), []),
        (phone("refused"), WHOLE, ["contradicted"]),
        (phone("accepted"), msgspec.structs.replace(WHOLE, events={}), ["lost"]),
        (phone("accepted"), msgspec.structs.replace(WHOLE, events={RECORD: 2}), ["doubled"]),
        (phone("accepted"), msgspec.structs.replace(WHOLE, records=Counter()), ["lost"]),
        (phone("accepted"), msgspec.structs.replace(WHOLE, photos={PHOTO: ("cd", True)}), ["lost"]),
        (phone("accepted"), msgspec.structs.replace(WHOLE, photos={PHOTO: ("ab", False)}), ["false_accept"]),
        (phone("accepted", photo="waiting"), msgspec.structs.replace(WHOLE, photos={PHOTO: ("ab", False)}), ["lost"]),
        (phone("refused"), msgspec.structs.replace(WHOLE, status={VISIT: "refused"}), ["lost"]),
        (phone("refused"), msgspec.structs.replace(WHOLE, status={VISIT: "refused"}, kept_apart={VISIT}), []),
        (EDITED, KEPT, []),
        (EDITED, msgspec.structs.replace(KEPT, edits=set()), ["lost"]),
        (EDITED, msgspec.structs.replace(KEPT, events={}), ["lost"]),
        (EDITED, msgspec.structs.replace(KEPT, events={VISIT: 2}), ["doubled"]),
    ],
)
def test_every_difference_has_a_name(told: Told, server: OnServer, kinds: list[str]) -> None:
    assert sorted({finding.kind for finding in findings_of(told, server)}) == kinds
