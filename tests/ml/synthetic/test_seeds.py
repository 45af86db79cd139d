"""Does chance stay where it belongs?"""

from ml.synthetic.seeds import stream


def test_a_stream_depends_on_seed_noun_and_part_only() -> None:
    def draw(seed: int, noun: str, part: int) -> tuple[int, ...]:
        return tuple(stream(seed, noun, part).integers(0, 2**62, 4).tolist())

    assert draw(7, "people", 0) == draw(7, "people", 0)
    assert len({draw(*key) for key in [(7, "people", 0), (8, "people", 0), (7, "loans", 0), (7, "people", 1)]}) == 4


def test_the_first_numbers_are_pinned() -> None:
    """A change here would make every world of every seed another one."""
    assert stream(7, "people", 0).integers(0, 1_000_000, 3).tolist() == [540_245, 21_031, 790_378]
