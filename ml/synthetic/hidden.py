"""How is the hidden truth of a block written down? Tables apart from the book, under the same references."""

import numpy as np

from ml.synthetic.columns import Column, Table, texts
from ml.synthetic.contacts import ADDRESS_KINDS, TRUTHS, Contacts, Places
from ml.synthetic.people import People
from ml.synthetic.truth import ACTIONS, FATES, REASONS, Truth


def hidden_obligors(people: People, truth: Truth) -> Table:
    """Return what lies behind each obligor; presence is a list of 24 hours in thousandths."""
    columns: dict[str, Column] = {
        "ref": people.ref,
        "willingness": truth.willingness,
        "ability": truth.ability,
        "reason": texts(REASONS)[truth.reason],
        "fate": texts(FATES)[truth.fate],
        **{f"pay_chance_{action}": truth.pay_chance[:, number] for number, action in enumerate(ACTIONS)},
        "promise_kept": truth.promise_kept,
        "temper": truth.temper,
        "has_moved": truth.has_moved,
        "has_left_job": truth.has_left_job,
    }
    for name, presence in (("home", truth.home), ("others", truth.others), ("work", truth.work)):
        permille = np.round(presence * 1_000).astype(np.int64)
        columns[f"{name}_weekday_permille"] = permille[:, 0]
        columns[f"{name}_weekend_permille"] = permille[:, 1]
    return Table("truth_obligors", columns)


def hidden_contacts(people: People, contacts: Contacts) -> Table:
    """Return whether each number is right, wrong or dead, whatever the lender believes."""
    columns: dict[str, Column] = {
        "ref": contacts.ref,
        "obligor_ref": people.ref[contacts.obligor],
        "value": contacts.value,
        "truth": texts(TRUTHS)[contacts.truth],
        "is_third": contacts.party >= 0,
    }
    return Table("truth_contact_points", columns)


def hidden_addresses(people: People, places: Places) -> Table:
    """Return whether each address is still theirs, whatever the lender believes."""
    columns: dict[str, Column] = {
        "ref": places.ref,
        "obligor_ref": people.ref[places.obligor],
        "kind": texts(ADDRESS_KINDS)[places.kind],
        "line": places.line,
        "is_current": places.is_current,
    }
    return Table("truth_addresses", columns)
