"""Who is at home at which hour? Jobs with their hours, and the chance of meeting somebody by kind of day and hour."""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Floats, Ints

WEEKDAY, WEEKEND = 0, 1
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of work: its hours (an end past 24 runs into the next day) and how often it fills a weekend."""

    code: str
    zh: str
    en: str
    share: float
    begins_h: int
    ends_h: int
    weekend: float
    income_yuan: int


JOBS = (
    Job("office", "职员", "office clerk", 0.20, 9, 18, 0.10, 8_000),
    Job("factory_day", "工厂日班", "factory worker, day", 0.13, 8, 17, 0.35, 6_500),
    Job("factory_night", "工厂夜班", "factory worker, night", 0.05, 20, 32, 0.35, 7_500),
    Job("driver", "货运司机", "lorry driver", 0.07, 6, 20, 0.60, 9_000),
    Job("courier", "外卖骑手", "courier", 0.08, 10, 21, 0.85, 7_000),
    Job("shop", "个体店主", "shopkeeper", 0.12, 8, 21, 0.90, 9_500),
    Job("restaurant", "餐饮服务员", "restaurant worker", 0.07, 10, 22, 0.80, 5_500),
    Job("builder", "建筑工人", "builder", 0.08, 7, 18, 0.70, 8_500),
    Job("teacher", "教师", "teacher", 0.04, 8, 17, 0.05, 8_500),
    Job("nurse", "护士", "nurse", 0.03, 7, 19, 0.50, 8_000),
    Job("farmer", "养殖户", "farmer", 0.05, 6, 17, 0.80, 5_000),
    Job("retired", "退休", "retired", 0.03, 0, 0, 0.0, 3_500),
    Job("unemployed", "待业", "between jobs", 0.05, 0, 0, 0.0, 1_500),
)
HOUSEHOLDS = ("single", "couple", "family", "with_parents", "shared")
HOUSEHOLD_SHARES = (0.18, 0.22, 0.36, 0.16, 0.08)
_OTHERS_AT_HOME = np.array([0.0, 0.45, 0.60, 0.85, 0.35])
"""Chance in the middle of a working day that somebody else of such a household opens."""
# When not at work: asleep and at home by night, out for errands by day, in for the evening.
_FREE_AT_HOME = np.array([.97, .97, .97, .97, .97, .95, .92, .85, .72, .62, .55, .55,
                          .66, .62, .52, .50, .54, .62, .74, .82, .86, .90, .94, .96])  # fmt: skip


def home_presence(rng: np.random.Generator, job: Ints) -> Floats:
    """Return the chance that each person is at home: shape (people, weekday or weekend, hour)."""
    habit = np.clip(rng.normal(1.0, 0.10, (len(job), 1, 1)), 0.7, 1.25)
    noise = rng.normal(0.0, 0.03, (len(job), 2, _HOURS))
    return np.clip(_TABLE_HOME[job] * habit + noise, 0.01, 0.99)


def work_presence(rng: np.random.Generator, job: Ints) -> Floats:
    """Return the chance that each person is met at work, of the same shape; nobody is met at a job they do not have."""
    steady = rng.uniform(0.75, 0.98, (len(job), 1, 1))
    return np.clip(_TABLE_WORK[job] * steady, 0.0, 0.99)


def others_presence(rng: np.random.Generator, household: Ints) -> Floats:
    """Return the chance that somebody else of the household opens, of the same shape."""
    base = _OTHERS_AT_HOME[household][:, None, None]
    noise = rng.normal(0.0, 0.04, (len(household), 2, _HOURS))
    by_hour = 0.75 + 0.5 * (_FREE_AT_HOME - 0.5)[None, None, :]
    return np.where(base > 0, np.clip(base * by_hour + noise, 0.0, 0.98), 0.0)


def _at_work(job: Job) -> Floats:
    hours = np.arange(_HOURS)
    worked = ((hours >= job.begins_h) & (hours < job.ends_h)) | (hours + _HOURS < job.ends_h)
    return np.where(worked & (job.begins_h != job.ends_h), 1.0, 0.0)


def _table(*, at_home: bool) -> Floats:
    table = np.empty((len(JOBS), 2, _HOURS))
    for number, job in enumerate(JOBS):
        work = _at_work(job)
        # One hour of the way there and back is neither at work nor at home.
        away = np.maximum.reduce([work, np.roll(work, 1) * 0.6, np.roll(work, -1) * 0.6])
        for day, share in ((WEEKDAY, 0.93), (WEEKEND, job.weekend)):
            table[number, day] = _FREE_AT_HOME * (1 - share * away * 0.97) if at_home else share * work * 0.9
    return table


_TABLE_HOME = _table(at_home=True)
_TABLE_WORK = _table(at_home=False)
