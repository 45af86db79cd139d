"""Are the made-up collectors the same for the same seed, honest mostly, and noisy even where they are honest?"""

from collections import Counter

from ml.synthetic.liars import DAYS_OF_LIES, KINDS, LIARS, LIES, VISITS_A_DAY, Shot, shots_of

COLLECTORS, DAYS = 300, 6


def book(seed: int) -> list[Shot]:
    return [shot for day in shots_of(seed, COLLECTORS, DAYS) for shot in day]


BOOK = book(1)


def share(shots: list[Shot], what: Counter[bool]) -> float:
    return what[True] / len(shots)


def test_the_same_seed_gives_the_same_book_and_another_another() -> None:
    assert book(1) == BOOK
    assert book(2) != BOOK
    assert len(BOOK) == COLLECTORS * DAYS * VISITS_A_DAY


def test_more_collectors_change_none_of_those_before() -> None:
    assert [one for day in shots_of(1, 3, DAYS) for one in day] == BOOK[: 3 * DAYS * VISITS_A_DAY]


def test_most_visits_are_honest_and_all_kinds_of_lies_are_there() -> None:
    lies = Counter(shot.lie for shot in BOOK)
    assert set(lies) == {None, *KINDS}
    expected = LIARS * DAYS_OF_LIES * LIES
    assert 0.6 * expected < 1 - lies[None] / len(BOOK) < 1.5 * expected
    liars = {shot.collector for shot in BOOK if shot.lie is not None}
    assert 0.08 < len(liars) / COLLECTORS < 0.22


def test_days_run_forward_and_each_visit_is_of_another_case() -> None:
    for day in shots_of(3, 20, DAYS):
        times = [shot.at_s for shot in day]
        assert times == sorted(times)
        assert len({shot.case for shot in day}) == VISITS_A_DAY


def test_honest_people_are_noisy_too() -> None:
    honest = [shot for shot in BOOK if shot.lie is None]
    for what in (
        [shot.is_file for shot in honest], [abs(shot.offset_s) > 300 for shot in honest],
        [shot.is_behind_gap for shot in honest], [shot.place is None for shot in honest],
        [not shot.has_manifest for shot in honest], [(shot.exif_apart_s or 0) > 600 for shot in honest],
    ):  # fmt: skip
        assert 0.005 < share(honest, Counter(what)) < 0.1


def test_one_lie_in_ten_leaves_nothing_of_its_own() -> None:
    skilled = [shot for shot in BOOK if shot.lie == "skilled"]
    assert sum(shot.is_alike or shot.tampered is not None for shot in skilled) / len(skilled) < 0.15
