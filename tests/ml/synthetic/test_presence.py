"""Is somebody home when one would expect?"""

import numpy as np
import pytest

from ml.synthetic.presence import JOBS, home_presence, others_presence, work_presence
from ml.synthetic.seeds import stream
from tests.ml.synthetic.worlds import small_block

CODES = [job.code for job in JOBS]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_presence_is_a_chance(language: str) -> None:
    truth = small_block(7, language).truth
    for presence in (truth.home, truth.others, truth.work):
        assert presence.shape == (300, 2, 24)
        assert ((presence >= 0) & (presence <= 1)).all()


@pytest.mark.parametrize(
    ("job", "hour_in", "hour_out"),
    [("office", 20, 11), ("factory_night", 15, 23), ("shop", 23, 15), ("teacher", 19, 10)],
)
def test_people_are_met_at_home_off_work(job: str, hour_in: int, hour_out: int) -> None:
    presence = home_presence(stream(3, "presence"), np.full(400, CODES.index(job)))[:, 0].mean(axis=0)
    assert presence[hour_in] > 3 * presence[hour_out]


def test_office_people_are_at_home_on_weekends() -> None:
    presence = home_presence(stream(3, "presence"), np.full(400, CODES.index("office"))).mean(axis=0)
    assert presence[1, 11] > 4 * presence[0, 11]


def test_nobody_is_met_at_a_job_they_do_not_have_or_in_a_household_of_one() -> None:
    assert work_presence(stream(3, "work"), np.full(50, CODES.index("unemployed"))).max() == 0
    assert others_presence(stream(3, "others"), np.zeros(50, dtype=np.int64)).max() == 0
