"""Who stands around the obligor? Co-borrowers, guarantors, related and unrelated third persons, with their consent."""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Flags, Ints, Texts, chance, numbered, weighted
from ml.synthetic.language import Language
from ml.synthetic.names import people_names
from ml.synthetic.people import People

ROLES = ("co_borrower", "guarantor", "related", "unrelated")
CO_BORROWER, GUARANTOR, RELATED, UNRELATED = range(4)
RELATIONS = (
    "spouse", "parent", "child", "sibling", "friend", "colleague", "neighbour", "business_partner",
    "legal_representative", "shareholder",
)  # fmt: skip
SPOUSE = 0
_NEIGHBOUR = 6
_LEGAL_REPRESENTATIVE = 8
CONSENTS = ("given", "withdrawn", "unknown")
SOURCES = ("application", "lender", "skip_trace", "visit")
APPLICATION, LENDER, SKIP_TRACE, FOUND_AT_VISIT = range(4)
_PER_OBLIGOR = 4
"""No obligor has more people around than this; refs are numbered by it."""
_WITH_SPOUSE = (1, 2)
# Rows: chance of a co-borrower, guarantor, related, unrelated person around a person and around a company.
_AROUND = np.array([[0.14, 0.17, 0.62, 0.22], [0.05, 0.72, 0.95, 0.25]])
# Relations by role, around a person: rows are roles, columns relations.
_RELATION_SHARES = np.array([
    [0.90, 0.04, 0.02, 0.04, 0, 0, 0, 0, 0, 0],
    [0.10, 0.18, 0.04, 0.22, 0.22, 0.06, 0, 0.18, 0, 0],
    [0.24, 0.22, 0.04, 0.14, 0.24, 0.12, 0, 0, 0, 0],
    [0, 0, 0, 0, 0.10, 0.35, 0.55, 0, 0, 0],
])  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parties:
    """People beside the obligors of a block, sorted by obligor."""

    ref: Texts
    obligor: Ints
    role: Ints
    relation: Ints
    name: Texts
    consent: Ints
    source: Ints
    may_contact: Flags
    shares_home: Flags

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.ref)


def make_parties(rng: np.random.Generator, language: Language, people: People) -> Parties:
    """Surround the obligors: who signed may be called; a third person only if a consent lies before."""
    share = _AROUND[people.is_company.astype(np.int64)]
    present = rng.random((len(people), _PER_OBLIGOR)) < share
    obligor, role = np.nonzero(present)
    size = len(obligor)
    relation = _relations(rng, people, obligor, role)
    signed = role <= GUARANTOR
    consent = np.where(signed, 0, np.where(role == RELATED, weighted(rng, (0.62, 0.06, 0.32), size), 2))
    found = np.where(chance(rng, 0.7, size), SKIP_TRACE, FOUND_AT_VISIT)
    known = np.where(signed, LENDER, APPLICATION)
    source = np.where(role == UNRELATED, found, known)
    is_female = chance(rng, 0.5, size)
    is_spouse = relation == SPOUSE
    is_female = np.where(is_spouse, ~people.is_female[obligor], is_female)
    lives_there = is_spouse | ((relation == 1) & (people.household[obligor] == 3))  # noqa: PLR2004 - with_parents
    return Parties(
        numbered("R", (people.first + obligor) * _PER_OBLIGOR + role, 9), obligor, role, relation,
        people_names(rng, language, is_female), consent, source, signed | (consent == 0),
        lives_there & ~people.is_company[obligor],
    )  # fmt: skip


def serial_of_party(people: People, parties: Parties) -> Ints:
    """Return a number of its own for each person around, over all blocks."""
    return (people.first + parties.obligor) * _PER_OBLIGOR + parties.role


def _relations(rng: np.random.Generator, people: People, obligor: Ints, role: Ints) -> Ints:
    relation = np.zeros(len(obligor), dtype=np.int64)
    for number in range(len(ROLES)):
        mine = role == number
        relation[mine] = weighted(rng, _RELATION_SHARES[number], int(mine.sum()))
    single = ~np.isin(people.household[obligor], _WITH_SPOUSE)
    relation = np.where(single & (relation == SPOUSE), 3, relation)  # a brother or sister signs instead
    company_relation = np.array([9, 9, _LEGAL_REPRESENTATIVE, _NEIGHBOUR])[role]
    return np.where(people.is_company[obligor], company_relation, relation)
