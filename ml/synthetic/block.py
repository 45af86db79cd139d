"""How does one block of people become tables? The visible book noun by noun, and the hidden truth apart from it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np

from ml.synthetic.columns import Column, Flags, Ints, Table, Texts, joined, numbered, texts
from ml.synthetic.contacts import (
    ADDRESS_KINDS,
    ADDRESS_STATUSES,
    CONTACT_SOURCES,
    STATUSES,
    Contacts,
    Places,
    make_contacts,
    make_places,
)
from ml.synthetic.contacts import KINDS as CONTACT_KINDS
from ml.synthetic.hidden import hidden_addresses, hidden_contacts, hidden_obligors
from ml.synthetic.history import CALL, CHANNELS, STATES, History, learned, make_history
from ml.synthetic.language import Language
from ml.synthetic.loanbook import account_refs, make_loan_book, product_names
from ml.synthetic.loans import Loans, make_loans
from ml.synthetic.parties import CONSENTS, RELATIONS, ROLES, SOURCES, Parties, make_parties
from ml.synthetic.payments import MODES, Book, make_book
from ml.synthetic.people import People, make_people
from ml.synthetic.phrases import notes
from ml.synthetic.presence import HOUSEHOLDS, JOBS
from ml.synthetic.products import BULLET, COLLATERAL_WORDS, KINDS, PRODUCTS, SCHEDULES
from ml.synthetic.schedules import make_items
from ml.synthetic.seeds import stream
from ml.synthetic.staff import CALLER, COLLECTOR, Staff
from ml.synthetic.town import Town
from ml.synthetic.truth import Truth, make_truth
from ml.synthetic.zones import to_utc

Streams: TypeAlias = Callable[[str], np.random.Generator]


@dataclass(frozen=True, slots=True)
class Frame:
    """What all blocks of a world share."""

    seed: int
    language: Language
    today: date
    town: Town
    staff: Staff


@dataclass(frozen=True, slots=True)
class Block:
    """Some thousand obligors with all that belongs to them; `book` is what a lender sees, `hidden` what is so."""

    people: People
    truth: Truth
    book: dict[str, Table]
    hidden: dict[str, Table]
    loan_book: dict[str, Column]


def make_block(frame: Frame, number: int, size: int) -> Block:
    """Make block `number` with `size` obligors; it depends on nothing but the frame and its number."""
    seed, language, today = frame.seed, frame.language, frame.today

    def rng(noun: str) -> np.random.Generator:
        return stream(seed, noun, number)

    people = make_people(seed, language, frame.town.doors, number, size, today)
    truth = make_truth(rng("truth"), people)
    parties = make_parties(rng("parties"), language, people)
    contacts = make_contacts(rng("contacts"), language, people, parties, seed)
    places = make_places(rng("places"), language, frame.town.doors, people, parties, truth)
    loans = make_loans(rng("loans"), language, people.kind, today)
    items = make_items(loans.terms)
    book = make_book(rng("payments"), loans, items, truth.willingness * truth.ability, today)
    history = make_history(rng("history"), truth, loans, book, (contacts, places), today)
    contacts, places = learned(history, contacts, places)
    account = account_refs(people, loans)
    tables = [
        _obligors(language, people),
        _related_parties(people, parties),
        _contact_points(people, parties, contacts),
        _addresses(people, parties, places),
        _accounts(language, people, loans, book),
        _collateral(rng("collateral"), language, people, loans),
        _instalments(account, book),
        _payments(people, account, book),
        _balances(language, account, book, today),
        _history(rng, frame, people, (contacts, places), history),
    ]
    hidden = [hidden_obligors(people, truth), hidden_contacts(people, contacts), hidden_addresses(people, places)]
    return Block(
        people, truth, {table.noun: table for table in tables}, {table.noun: table for table in hidden},
        make_loan_book(language, people, parties, (contacts, places), loans, book),
    )  # fmt: skip


def _obligors(language: Language, people: People) -> Table:
    size = len(people)
    jobs = texts([job.zh if language.code == "zh" else job.en for job in JOBS])
    columns: dict[str, Column] = {
        "ref": people.ref,
        "kind": np.where(people.is_company, "company", "person"),
        "name": people.name,
        "sex": np.where(people.is_company, "", np.where(people.is_female, "female", "male")),
        "born_on": people.born_on,
        "id_number": people.id_number,
        "job": np.where(people.is_company, "", jobs[people.job]),
        "employer": people.employer,
        "household": np.where(people.is_company, "", texts(HOUSEHOLDS)[people.household]),
        "language": np.full(size, language.code),
        "zone": np.full(size, language.zone),
    }
    return Table("obligors", columns)


def _related_parties(people: People, parties: Parties) -> Table:
    columns: dict[str, Column] = {
        "ref": parties.ref,
        "obligor_ref": people.ref[parties.obligor],
        "role": texts(ROLES)[parties.role],
        "relation": texts(RELATIONS)[parties.relation],
        "name": parties.name,
        "consent": texts(CONSENTS)[parties.consent],
        "source": texts(SOURCES)[parties.source],
        "may_contact": parties.may_contact,
    }
    return Table("related_parties", columns)


def _contact_points(people: People, parties: Parties, contacts: Contacts) -> Table:
    columns: dict[str, Column] = {
        "ref": contacts.ref,
        "obligor_ref": people.ref[contacts.obligor],
        "party_ref": _party_refs(parties, contacts.party),
        "kind": texts(CONTACT_KINDS)[contacts.kind],
        "value": contacts.value,
        "status": texts(STATUSES)[contacts.status],
        "consent": texts(CONSENTS)[contacts.consent],
        "source": texts(CONTACT_SOURCES)[contacts.source],
        "may_contact": contacts.may_contact,
    }
    return Table("contact_points", columns)


def _addresses(people: People, parties: Parties, places: Places) -> Table:
    columns: dict[str, Column] = {
        "ref": places.ref,
        "obligor_ref": people.ref[places.obligor],
        "party_ref": _party_refs(parties, places.party),
        "kind": texts(ADDRESS_KINDS)[places.kind],
        "line": places.line,
        "lat": places.lat,
        "lon": places.lon,
        "place_source": np.where(np.isnan(places.lat), "", "geocoder"),
        "status": texts(ADDRESS_STATUSES)[places.status],
        "source": texts(SOURCES)[places.source],
    }
    return Table("addresses", columns)


def _accounts(language: Language, people: People, loans: Loans, book: Book) -> Table:
    terms = loans.terms
    size = len(loans.obligor)
    matures = book.items.due_on[np.cumsum(terms.periods) - 1]
    columns: dict[str, Column] = {
        "ref": account_refs(people, loans),
        "obligor_ref": people.ref[loans.obligor],
        "kind": texts(KINDS)[np.array([item.kind for item in PRODUCTS])[loans.product]],
        "product": texts([item.code for item in PRODUCTS])[loans.product],
        "product_name": product_names(language, loans.product),
        "currency": np.full(size, language.currency),
        "principal_minor": terms.principal_minor,
        "annual_rate_ppm": terms.rate_ppm,
        "schedule": texts(SCHEDULES)[terms.schedule],
        "periods": terms.periods,
        # A bullet has one due date and no rhythm.
        "every_months": np.where(terms.schedule == BULLET, 0, terms.every_months),
        "opened_on": terms.opened_on,
        "first_due_on": terms.first_due_on,
        "matures_on": matures,
        "status": np.where(book.balances.days_past_due > 0, "overdue", "current"),
    }
    return Table("accounts", columns)


def _collateral(rng: np.random.Generator, language: Language, people: People, loans: Loans) -> Table:
    security = texts([item.collateral for item in PRODUCTS])[loans.product]
    rows = np.flatnonzero(security != "")
    kinds = security[rows]
    pick = rng.integers(0, 4, len(rows))
    description = np.full(len(rows), "", dtype="<U80")
    for kind, words in COLLATERAL_WORDS.items():
        mine = kinds == kind
        names = texts(words[0 if language.code == "zh" else 1])[pick[mine]]
        # A plate or serial number of the demo: the letter Q of a plate is not in use in China.
        serial = joined("Q", numbered("", rng.integers(0, 100_000, int(mine.sum())), 5))
        description[mine] = joined(names, " ", serial)
    cover = rng.uniform(0.7, 1.9, len(rows))
    value = (loans.terms.principal_minor[rows] * cover).astype(np.int64) // 10_000 * 10_000
    account = account_refs(people, loans)[rows]
    columns: dict[str, Column] = {
        "ref": joined("G", account.astype("<U9")),
        "account_ref": account,
        "obligor_ref": people.ref[loans.obligor[rows]],
        "kind": kinds,
        "description": description,
        "value_minor": value,
        "currency": np.full(len(rows), language.currency),
    }
    return Table("collateral", columns)


def _instalments(account: Texts, book: Book) -> Table:
    items = book.items
    columns: dict[str, Column] = {
        "account_ref": account[items.loan],
        "number": items.number,
        "due_on": items.due_on,
        "principal_minor": items.principal_minor,
        "interest_minor": items.interest_minor,
        "fee_minor": items.fee_minor,
    }
    return Table("instalments", columns)


def _payments(people: People, account: Texts, book: Book) -> Table:
    payments = book.payments
    size = len(payments.loan)
    columns: dict[str, Column] = {
        "ref": numbered("T", people.first * 1_000 + np.arange(size), 10),
        "account_ref": account[payments.loan],
        "paid_on": payments.paid_on,
        "amount_minor": payments.amount_minor,
        "mode": texts(MODES)[payments.mode],
    }
    return Table("payments", columns)


def _balances(language: Language, account: Texts, book: Book, today: date) -> Table:
    balances = book.balances
    columns: dict[str, Column] = {
        "account_ref": account,
        "as_of": np.full(len(account), np.datetime64(today, "D")),
        "principal_minor": balances.principal_minor,
        "interest_minor": balances.interest_minor,
        "penalty_minor": balances.penalty_minor,
        "fee_minor": balances.fee_minor,
        "overdue_minor": balances.overdue_minor,
        "days_past_due": balances.days_past_due,
        "currency": np.full(len(account), language.currency),
    }
    return Table("balances", columns)


def _history(rng: Streams, frame: Frame, people: People, reach: tuple[Contacts, Places], history: History) -> Table:
    contacts, places = reach
    is_call = history.channel == CALL
    promised = history.promised_minor > 0
    door = np.where(is_call, people.door[history.obligor], places.door[np.where(is_call, 0, history.target)])
    user = _workers(rng("workers"), frame, is_call, door)
    begun = to_utc(history.at, frame.language.zone)
    account = numbered("L", people.first * 5 // 4 + history.loan, 8)
    columns: dict[str, Column] = {
        "ref": numbered("H", people.first * 100 + np.arange(len(is_call)), 9),
        "obligor_ref": people.ref[history.obligor],
        "channel": texts(CHANNELS)[history.channel],
        "user_ref": frame.staff.user_ref[user],
        "contact_ref": np.where(is_call, contacts.ref[np.where(is_call, history.target, 0)], ""),
        "address_ref": np.where(is_call, "", places.ref[np.where(is_call, 0, history.target)]),
        "started_at": begun,
        "ended_at": begun + history.seconds.astype("timedelta64[s]"),
        "result": history.result,
        "note": notes(rng("notes"), frame.language.code, history.result),
        "promise_account_ref": np.where(promised, account, ""),
        "promised_minor": history.promised_minor,
        "promised_on": history.promised_on,
        "promise_state": np.where(promised, texts(STATES)[history.state], ""),
    }
    return Table("history", columns)


def _workers(rng: np.random.Generator, frame: Frame, is_call: Flags, door: Ints) -> Ints:
    """Return who did it: the collector of the area at a door, a caller of the area's team on the line."""
    staff = frame.staff
    collectors = staff.of_role(COLLECTOR)
    owner = collectors[frame.town.doors.area[door]]
    callers = staff.of_role(CALLER)
    per_team = len(callers) // len(staff.team_ref)
    return np.where(is_call, callers[staff.team[owner] * per_team + rng.integers(0, per_team, len(door))], owner)


def _party_refs(parties: Parties, party: Ints) -> Texts:
    if len(parties) == 0:
        return np.full(len(party), "")
    return np.where(party >= 0, parties.ref[party], "")
