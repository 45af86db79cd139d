"""Who are the obligors? Persons with job, household and home, companies with a seat: one block of them."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from ml.synthetic.columns import Days, Flags, Ints, Texts, chance, numbered, texts, weighted
from ml.synthetic.identifiers import company_numbers, person_numbers
from ml.synthetic.language import Language
from ml.synthetic.names import company_names, people_names
from ml.synthetic.presence import HOUSEHOLD_SHARES, JOBS
from ml.synthetic.products import CORPORATE, PERSONAL, SPECIAL
from ml.synthetic.seeds import stream
from ml.synthetic.sizes import BLOCK_CASES
from ml.synthetic.town import Doors, unit_names

KIND_SHARES = (0.84, 0.06, 0.10)
"""Personal, corporate, special."""
_COMPANY_AMONG_SPECIAL = 0.18
_NO_JOB = ("retired", "unemployed")


@dataclass(frozen=True, slots=True)
class People:
    """The obligors of a block; `door` and `work_door` number the doors of the town (work -1 = none)."""

    first: int
    ref: Texts
    kind: Ints
    is_company: Flags
    name: Texts
    is_female: Flags
    born_on: Days
    id_number: Texts
    job: Ints
    household: Ints
    employer: Texts
    door: Ints
    unit: Texts
    work_door: Ints

    def __len__(self) -> int:
        """Return how many obligors the block has."""
        return len(self.ref)


def make_people(seed: int, language: Language, doors: Doors, block: int, size: int, today: date) -> People:
    """Make the obligors of one block and settle them in the town."""
    rng = stream(seed, "people", block)
    first = block * BLOCK_CASES
    kind = weighted(rng, KIND_SHARES, size)
    # The first rows are the same in every block: one of each kind, then persons who bear the hard names.
    kind[:8] = np.array([PERSONAL, CORPORATE, SPECIAL, *[PERSONAL] * 5])[:size]
    is_company = (kind == CORPORATE) | ((kind == SPECIAL) & (rng.random(size) < _COMPANY_AMONG_SPECIAL))
    is_female = chance(rng, 0.44, size)
    age_days = (rng.beta(1.8, 2.6, size) * 47 + 20) * 365.25
    born_on = np.datetime64(today, "D") - age_days.astype(np.int64)
    job = weighted(rng, [item.share for item in JOBS], size)
    household = weighted(rng, HOUSEHOLD_SHARES, size)
    name = np.where(is_company, company_names(rng, language, size), people_names(rng, language, is_female))
    born = np.where(is_company, np.datetime64("NaT", "D"), born_on)
    # Only the Chinese world has numbers of this form; elsewhere a lender's file seldom carries one.
    number = np.where(is_company, company_numbers(rng, size), person_numbers(rng, born_on, is_female))
    id_number = number if language.code == "zh" else np.full(size, "")
    has_job = ~is_company & ~np.isin(texts([item.code for item in JOBS])[job], _NO_JOB)
    home, work = _doors(rng, doors, size)
    door = np.where(is_company, work, home)
    unit = unit_names(rng, language, doors.floors[door], doors.units[door])
    return People(
        first, numbered("C", first + np.arange(size), 8), kind, is_company, name, is_female, born, id_number, job,
        household, np.where(has_job, company_names(rng, language, size), ""), door, unit, np.where(has_job, work, -1),
    )  # fmt: skip


def _doors(rng: np.random.Generator, doors: Doors, size: int) -> tuple[Ints, Ints]:
    """Draw homes by the number of flats behind each door, workplaces among the buildings with work in them."""
    home = weighted(rng, np.where(doors.is_work, doors.units * 0.3, doors.units), size)
    places = np.flatnonzero(doors.is_work)
    work = places[rng.integers(0, len(places), size)] if len(places) else rng.integers(0, len(doors.lat), size)
    return home, work
