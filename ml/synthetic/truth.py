"""What is true of an obligor that no book shows, and what would happen if one called or knocked?

The hidden truth is kept apart from the visible book. The answers are pure functions of truth, moment and seed: the
same question has the same answer, in any process, so simulated collectors and clients agree on what happened.
Hours are local hours of the town; money is whole minor units.
"""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints, chance, weighted
from ml.synthetic.people import People
from ml.synthetic.presence import home_presence, others_presence, work_presence

ACTIONS = ("none", "robot", "phone", "visit", "agency")
NONE, ROBOT, PHONE, VISIT, AGENCY = range(5)
REASONS = (
    "forgot", "cash_flow", "unemployment", "illness", "family_event", "over_indebted", "dispute", "strategic",
    "technical",
)  # fmt: skip
_REASON_SHARES = (0.14, 0.30, 0.13, 0.08, 0.05, 0.15, 0.04, 0.07, 0.04)
FORGOT, CASH_FLOW, UNEMPLOYMENT, ILLNESS, FAMILY_EVENT, OVER_INDEBTED, DISPUTE, STRATEGIC, TECHNICAL = range(9)
_HARDSHIPS = (UNEMPLOYMENT, ILLNESS, FAMILY_EVENT, OVER_INDEBTED)
FATES = ("living", "deceased", "hospital", "in_custody", "closed")
LIVING, DECEASED, HOSPITAL, IN_CUSTODY, CLOSED = range(5)
_FATE_SHARES_PERSON = (0.988, 0.004, 0.005, 0.003, 0.0)
_FATE_SHARES_COMPANY = (0.90, 0.0, 0.0, 0.0, 0.10)
_COMPANY_OPENS_H, _COMPANY_CLOSES_H = 9, 18


@dataclass(frozen=True, slots=True)
class Truth:
    """The hidden truth of a block, one row an obligor.

    `pay_chance` has shape (n, actions): chance that at least half of the overdue is paid within 30 days after the
    action; column 0 is self-cure. `promise_kept` is the chance to keep one's word. Presence has shape (n, 2, 24).
    """

    willingness: Floats
    ability: Floats
    reason: Ints
    fate: Ints
    pay_chance: Floats
    promise_kept: Floats
    temper: Floats
    has_moved: Flags
    has_left_job: Flags
    home: Floats
    others: Floats
    work: Floats


def make_truth(rng: np.random.Generator, people: People) -> Truth:
    """Draw what lies behind each obligor; all else (payments, answers, history) follows from it."""
    size = len(people)
    reason = weighted(rng, _REASON_SHARES, size)
    in_hardship = np.isin(reason, _HARDSHIPS)
    willingness = rng.beta(np.where(reason == STRATEGIC, 1.2, 3.2), np.where(reason == STRATEGIC, 5.0, 2.0))
    ability = rng.beta(np.where(in_hardship, 1.4, 3.0), np.where(in_hardship, 4.0, 1.8))
    fates = weighted(rng, _FATE_SHARES_PERSON, size)
    fate = np.where(people.is_company, weighted(rng, _FATE_SHARES_COMPANY, size), fates)
    fate = np.where(people.is_company & (fate > 0), CLOSED, fate)
    pay = _pay_chances(rng, reason, willingness, ability)
    pay = np.where((fate == LIVING)[:, None], pay, pay * 0.05)
    kept = np.clip(0.12 + 0.55 * willingness * ability + 0.3 * ability + rng.normal(0, 0.05, size), 0.02, 0.97)
    office = np.zeros((2, 24))
    office[0, _COMPANY_OPENS_H:_COMPANY_CLOSES_H] = 0.78
    company = people.is_company[:, None, None]
    home = np.where(company, office, home_presence(rng, people.job))
    others = np.where(company, office * 0.9, others_presence(rng, people.household))
    work = np.where(company, office, work_presence(rng, people.job)) * (people.work_door >= 0)[:, None, None]
    return Truth(
        willingness, ability, reason, fate, pay, kept, rng.beta(1.4, 9.0, size), chance(rng, 0.13, size),
        (reason == UNEMPLOYMENT) | (chance(rng, 0.09, size)), home, others, work,
    )  # fmt: skip


def _pay_chances(rng: np.random.Generator, reason: Ints, willingness: Floats, ability: Floats) -> Floats:
    """Return the chance to pay in 30 days by action: reminders move the able and forgetful, doors the evasive.

    The gain of a visit is highest where people can pay but would rather not; who forgot pays anyway, who has nothing
    pays nobody. So the order by chance to pay is not the order by gain, which is what a ranker has to learn.
    """
    size = len(reason)
    itself = ability * (0.03 + 0.42 * willingness**2) * np.where(np.isin(reason, (FORGOT, TECHNICAL)), 1.6, 0.8)
    evasive = ability * (1 - willingness)
    robot = ability * willingness * np.where(reason == FORGOT, 0.22, 0.04)
    phone = 1.3 * robot + ability * willingness * 0.14 + 0.05 * evasive
    visit = phone + evasive * rng.uniform(0.20, 0.62, size) + 0.06 * ability
    agency = phone + evasive * rng.uniform(0.05, 0.40, size) - 0.03 * willingness
    gains = np.column_stack([np.zeros(size), robot, phone, visit, agency])
    disputed = (reason == DISPUTE)[:, None]
    return np.clip(itself[:, None] + np.where(disputed, 0.2 * gains, gains), 0.002, 0.97)
