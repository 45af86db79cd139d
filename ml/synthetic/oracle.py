"""What would they answer? The hidden truth read back from a written world and asked by the references of the book.

For simulated collectors and clients: the book's references, numbers and address lines go in, results come out.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from ml.synthetic.answers import Answer, answer_call, answer_visit, days_to_payment, kept_share
from ml.synthetic.columns import Flags, Floats, Ints
from ml.synthetic.contacts import ADDRESS_KINDS, TRUTHS
from ml.synthetic.truth import ACTIONS, FATES, REASONS, Truth


@dataclass(frozen=True, slots=True)
class Oracle:
    """The truth of a written world under the references of its book."""

    truth: Truth
    person: dict[str, int]
    doors: dict[tuple[str, str], tuple[int, bool]]
    lines: dict[tuple[str, str], tuple[int, bool]]
    seed: int

    def visited(self, obligor_ref: str, address_line: str, at: datetime, due_minor: int) -> Answer:
        """Tell what happens at an address of the obligor at a local time; KeyError if the book has no such address."""
        door = self.doors[obligor_ref, address_line]
        return answer_visit(self.truth, self.person[obligor_ref], at, self.seed, door, due_minor)

    def called(self, obligor_ref: str, number: str, at: datetime, due_minor: int) -> Answer:
        """Tell what happens on a number of the obligor at a local time; KeyError if the book has no such number."""
        line = self.lines[obligor_ref, number]
        return answer_call(self.truth, self.person[obligor_ref], at, self.seed, line, due_minor)

    def kept(self, obligor_ref: str, promised_on: date) -> float:
        """Return which part of a promise for that day will be paid, 0 to 1."""
        return kept_share(self.truth, self.person[obligor_ref], promised_on, self.seed)

    def pays_after_days(self, obligor_ref: str, action: str, on: date) -> int | None:
        """Return after how many days the overdue is paid following an action (`none`: by itself), or None."""
        return days_to_payment(self.truth, self.person[obligor_ref], action, on, self.seed)


def read_oracle(truth_folder: Path, seed: int) -> Oracle:
    """Read the truth folder of a world that was written as Parquet."""
    people = pq.read_table(truth_folder / "truth_obligors.parquet")
    contacts = pq.read_table(truth_folder / "truth_contact_points.parquet").to_pydict()
    addresses = pq.read_table(truth_folder / "truth_addresses.parquet").to_pydict()

    def numbers(name: str) -> Floats:
        return np.asarray(people[name].to_numpy(), dtype=np.float64)

    def flags(name: str) -> Flags:
        return np.asarray(people[name].to_pylist(), dtype=bool)

    def codes(name: str, words: tuple[str, ...]) -> Ints:
        return np.array([words.index(word) for word in people[name].to_pylist()])

    def hours(name: str) -> Floats:
        days = [people[f"{name}_{day}_permille"].to_pylist() for day in ("weekday", "weekend")]
        return np.stack([np.array(day, dtype=np.float64) / 1_000 for day in days], axis=1)

    truth = Truth(
        numbers("willingness"), numbers("ability"), codes("reason", REASONS), codes("fate", FATES),
        np.column_stack([numbers(f"pay_chance_{action}") for action in ACTIONS]), numbers("promise_kept"),
        numbers("temper"), flags("has_moved"), flags("has_left_job"), hours("home"), hours("others"), hours("work"),
    )  # fmt: skip
    refs = people["ref"].to_pylist()
    doors = zip(addresses["obligor_ref"], addresses["line"], addresses["kind"], addresses["is_current"], strict=True)
    lines = zip(contacts["obligor_ref"], contacts["value"], contacts["truth"], contacts["is_third"], strict=True)
    return Oracle(
        truth,
        {ref: row for row, ref in enumerate(refs)},
        {(ref, line): (ADDRESS_KINDS.index(kind), current) for ref, line, kind, current in doors},
        {(ref, value): (TRUTHS.index(state), is_third) for ref, value, state, is_third in lines},
        seed,
    )
