"""What was tried in the last months? Calls, visits and promises, in keeping with the hidden truth and the payments.

A promise's state is read off the payments that came between the promise and its due date; promises on one account do
not overlap, so each payment serves one. What was paid at the door or on the line stands in the payments of that day.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from ml.synthetic.answers import LUCKS, SATURDAY, Attempts, call_results, visit_results
from ml.synthetic.columns import Days, Flags, Floats, Ints, Texts, chance, places_in_group
from ml.synthetic.contacts import ADDRESS_STATUSES, STATUSES, Contacts, Places
from ml.synthetic.loans import Loans
from ml.synthetic.payments import MODES, Book
from ml.synthetic.truth import Truth

CALL, VISIT = 0, 1
CHANNELS = ("call", "visit")
WINDOW_DAYS = 150
STATES = ("kept", "part_kept", "broken", "open", "due_today")
_CALLS_A_WEEK, _VISITS_A_WEEK = 0.75, 0.22
_VISITS_FROM_DAYS = 31
_MOST_ATTEMPTS = 24
_DAY_KEY = 100_000
ENDS_CONTACT = (
    "DECEASED", "DECEASED_CONFIRMED", "IN_CUSTODY", "HOSPITAL", "RPC_DISPUTE", "MET_DISPUTE", "RPC_COMPLAINT",
    "MET_COMPLAINT", "STOP_CONTACT", "BUSINESS_CLOSED",
)  # fmt: skip
"""After these the lender left the obligor alone (until today: now the new collectors decide)."""
ENDS_USE = {
    "OUT_OF_SERVICE": "dead", "INVALID_NUMBER": "dead", "WRONG_PARTY": "wrong", "THIRD_PERSON_REFUSED": "stopped",
    "STOP_CONTACT": "stopped", "MOVED_AWAY": "moved", "WORKPLACE_LEFT": "moved",
}  # fmt: skip
"""After these nobody used that number or address again, and the book says why."""


@dataclass(frozen=True, slots=True)
class History:
    """Attempts of a block, sorted by obligor and time; `target` numbers a contact (call) or a place (visit).

    `at` is local time to the minute. A promise has an amount, a due date and a state; else 0, NaT and -1.
    """

    obligor: Ints
    loan: Ints
    channel: Ints
    target: Ints
    at: Days
    seconds: Ints
    result: Texts
    promised_minor: Ints
    promised_on: Days
    state: Ints


@dataclass(frozen=True, slots=True)
class _Drafts:
    """Attempts before they are answered; `forced` is a result that the payments dictate, or empty."""

    obligor: Ints
    loan: Ints
    channel: Ints
    day: Days
    forced: Texts
    amount_minor: Ints
    due_on: Days


def make_history(
    rng: np.random.Generator, truth: Truth, loans: Loans, book: Book, reach: tuple[Contacts, Places], today: date
) -> History:
    """Ask the truth what came of every attempt, and the payments what became of every promise."""
    contacts, places = reach
    drafts = _joined(_from_payments(rng, loans, book, today), _tried(rng, loans, book, today))
    size = len(drafts.obligor)
    is_call = drafts.channel == CALL
    phone = _pick(rng, contacts.obligor, np.flatnonzero((contacts.kind == 0) & contacts.may_contact), drafts.obligor)
    place = _pick(rng, places.obligor, np.flatnonzero((places.party < 0) & (places.kind < 3)), drafts.obligor)  # noqa: PLR2004
    target = np.where(is_call, phone, place)
    hour = np.clip(np.round(rng.normal(14.5, 3.2, size)), 9, 19).astype(np.int64)
    weekday = (drafts.day.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    attempts = Attempts(drafts.obligor, weekday >= SATURDAY, hour, rng.random((size, LUCKS)))
    called = call_results(truth, attempts, contacts.truth[phone], contacts.party[phone] >= 0)
    visited = visit_results(truth, attempts, places.kind[place], places.is_current[place])
    result = np.where(drafts.forced != "", drafts.forced, np.where(is_call, _unpaid(called), _unpaid(visited)))
    at = drafts.day.astype("datetime64[m]") + (hour * 60 + rng.integers(0, 60, size))
    seconds = np.where(is_call, rng.integers(15, 260, size), rng.integers(240, 1_500, size))
    amount, due = _promises(rng, drafts, book, result)
    order = np.lexsort((at, drafts.obligor))
    order = order[(target >= 0)[order]]
    order = order[~_comes_after(drafts.obligor[order], np.isin(result[order], ENDS_CONTACT))]
    spot = drafts.channel[order] * _DAY_KEY * 100 + target[order]
    order = order[~_comes_after(spot, np.isin(result[order], list(ENDS_USE)))]
    history = History(
        drafts.obligor[order], drafts.loan[order], drafts.channel[order], target[order], at[order], seconds[order],
        result[order], amount[order], due[order], np.full(len(order), -1),
    )  # fmt: skip
    return _judged(_without_overlaps(history), book, today)


def learned(history: History, contacts: Contacts, places: Places) -> tuple[Contacts, Places]:
    """Return contact points and addresses as the lender knows them after the attempts."""
    status, may, moved = contacts.status.copy(), contacts.may_contact.copy(), places.status.copy()
    for code, state in ENDS_USE.items():
        rows = history.target[history.result == code]
        if state == "moved":
            moved[rows] = ADDRESS_STATUSES.index(state)
        else:
            status[rows], may[rows] = STATUSES.index(state), False
    return replace(contacts, status=status, may_contact=may), replace(places, status=moved)


def _tried(rng: np.random.Generator, loans: Loans, book: Book, today: date) -> _Drafts:
    """Draft the attempts of the desk and of the street since each case fell behind."""
    worst = _worst_loans(loans, book)
    late = book.balances.days_past_due[worst]
    window = np.minimum(late - 1, WINDOW_DAYS)
    calls = np.minimum(rng.poisson(np.maximum(window, 0) / 7 * _CALLS_A_WEEK), _MOST_ATTEMPTS)
    street = np.maximum(np.minimum(late - _VISITS_FROM_DAYS, WINDOW_DAYS), 0)
    visits = np.minimum(rng.poisson(street / 7 * _VISITS_A_WEEK), _MOST_ATTEMPTS // 3)
    who = np.repeat(np.arange(len(worst)), calls + visits)
    place = np.arange(len(who)) - np.repeat(np.cumsum(calls + visits) - calls - visits, calls + visits)
    channel = np.where(place < calls[who], CALL, VISIT)
    reach = np.where(channel == CALL, window[who], street[who])
    back = 1 + np.floor(rng.random(len(who)) * np.maximum(reach, 1)).astype(np.int64)
    day = np.datetime64(today, "D") - back
    nothing = np.zeros(len(who), dtype=np.int64)
    never = np.full(len(who), np.datetime64("NaT", "D"))
    return _Drafts(who, worst[who], channel, day, np.full(len(who), ""), nothing, never)


def _from_payments(rng: np.random.Generator, loans: Loans, book: Book, today: date) -> _Drafts:
    """Draft the promise that led to a late payment, and the visit or call at which cash or a code was paid."""
    payments = book.payments
    age = (np.datetime64(today, "D") - payments.paid_on).astype(np.int64)
    recent = (payments.late_days >= 5) & (age <= WINDOW_DAYS)  # noqa: PLR2004 - time for a call before it
    luck = rng.random(len(age))
    handed = recent & (payments.mode == MODES.index("cash"))
    promised = np.flatnonzero(recent & ~handed & (luck < 0.55))  # noqa: PLR2004 - the rest came by itself
    paid = np.flatnonzero(handed)
    ahead = rng.integers(1, 4, len(promised))
    day = np.r_[payments.paid_on[promised] - ahead, payments.paid_on[paid]]
    row = np.r_[promised, paid]
    is_visit = np.r_[chance(rng, 0.15, len(promised)), np.ones(len(paid), dtype=bool)]
    said = np.where(is_visit, "MET_PROMISE", "RPC_PROMISE")
    done = np.where(payments.is_tail[row], "MET_PART_PAID", "MET_PAID")
    is_promise = np.arange(len(row)) < len(promised)
    # One in five promised a little more than came: part-kept.
    over = np.where(chance(rng, 0.2, len(row)), 1.3, 1.0)
    amount = np.where(is_promise, (payments.amount_minor[row] * over).astype(np.int64) // 100 * 100, 0)
    amount = np.where(is_promise, np.maximum(amount, 100), 0)
    due = np.where(is_promise, payments.paid_on[row] + rng.integers(0, 2, len(row)), np.datetime64("NaT", "D"))
    loan = payments.loan[row]
    channel = np.where(is_visit, VISIT, CALL)
    return _Drafts(loans.obligor[loan], loan, channel, day, np.where(is_promise, said, done), amount, due)


def _joined(one: _Drafts, other: _Drafts) -> _Drafts:
    return _Drafts(
        np.r_[one.obligor, other.obligor], np.r_[one.loan, other.loan], np.r_[one.channel, other.channel],
        np.r_[one.day, other.day], np.r_[one.forced, other.forced], np.r_[one.amount_minor, other.amount_minor],
        np.r_[one.due_on, other.due_on],
    )  # fmt: skip


def _comes_after(group: Ints, is_end: Flags) -> Flags:
    """Tell which rows (in the order of time) come after an ending row of their group."""
    order = np.argsort(group, kind="stable")
    ends = is_end[order].astype(np.int64)
    before = np.cumsum(ends) - ends
    place = places_in_group(group[order])
    first = np.arange(len(order)) - place
    late = np.zeros(len(group), dtype=bool)
    late[order] = before > before[first]
    return late


def _worst_loans(loans: Loans, book: Book) -> Ints:
    """Return for each obligor the account that is longest behind."""
    order = np.lexsort((-book.balances.days_past_due, loans.obligor))
    _, first = np.unique(loans.obligor[order], return_index=True)
    return order[first]


def _pick(rng: np.random.Generator, owner: Ints, rows: Ints, wanted: Ints) -> Ints:
    """Return for each wanted owner one of their rows (sorted by owner), or -1 if there is none."""
    begin = np.searchsorted(owner[rows], wanted, side="left")
    count = np.searchsorted(owner[rows], wanted, side="right") - begin
    # The first row is the usual one: half of all attempts go there.
    luck: Floats = np.maximum(rng.random(len(wanted)) * 2 - 1, 0)
    place = np.minimum(begin + np.floor(luck * count).astype(np.int64), max(len(rows) - 1, 0))
    return np.where(count > 0, rows[place], -1)


def _unpaid(result: Texts) -> Texts:
    """Turn "paid now" into a promise where no payment of the book says so."""
    paid = np.isin(result, ("MET_PAID", "MET_PART_PAID"))
    result = np.where(paid, "MET_PROMISE", result)
    return np.where(result == "RPC_PAID_NOW", "RPC_PROMISE", result)


def _promises(rng: np.random.Generator, drafts: _Drafts, book: Book, result: Texts) -> tuple[Ints, Days]:
    """Return amount and due date of what was promised: all or a part of the overdue, within ten days."""
    promised = _is_promise(result)
    size = len(result)
    share = np.where(chance(rng, 0.5, size), 1.0, rng.uniform(0.2, 0.7, size))
    drawn = np.maximum((book.balances.overdue_minor[drafts.loan] * share).astype(np.int64) // 100 * 100, 100)
    given = drafts.amount_minor > 0
    amount = np.where(promised, np.where(given, drafts.amount_minor, drawn), 0)
    due = np.where(given, drafts.due_on, drafts.day + rng.integers(1, 11, size))
    return amount, np.where(promised, due, np.datetime64("NaT", "D"))


def _without_overlaps(history: History) -> History:
    """Turn a promise that was made while the one before it was running into a call back or a refusal to talk money."""
    promised = np.flatnonzero(history.promised_minor > 0)
    order = promised[np.lexsort((history.at[promised], history.loan[promised]))]
    keep = np.zeros(len(history.loan), dtype=bool)
    last_loan, free_on = -1, np.datetime64(0, "D")
    made = history.at.astype("datetime64[D]")
    for row, loan in zip(order, history.loan[order], strict=True):
        if loan != last_loan or made[row] > free_on:
            keep[row] = True
            last_loan, free_on = loan, history.promised_on[row]
    dropped = (history.promised_minor > 0) & ~keep
    instead = np.where(history.channel == CALL, "RPC_CALLBACK", "MET_REFUSED")
    return replace(
        history,
        result=np.where(dropped, instead, history.result),
        promised_minor=np.where(dropped, 0, history.promised_minor),
        promised_on=np.where(dropped, np.datetime64("NaT", "D"), history.promised_on),
    )


def _judged(history: History, book: Book, today: date) -> History:
    """Read the state of every promise off the payments after it and up to its due date."""
    payments = book.payments
    day = np.datetime64(today, "D")
    key = payments.loan * _DAY_KEY + payments.paid_on.astype(np.int64)
    running = np.r_[0, np.cumsum(payments.amount_minor)]
    promised = history.promised_minor > 0
    made = history.at.astype("datetime64[D]")
    due = np.where(promised, history.promised_on, made)
    begin = np.searchsorted(key, history.loan * _DAY_KEY + made.astype(np.int64), side="right")
    end = np.searchsorted(key, history.loan * _DAY_KEY + due.astype(np.int64), side="right")
    came = running[end] - running[begin]
    judged = np.select(
        [came >= history.promised_minor, due > day, due == day, came > 0], [0, 3, 4, 1], 2
    )  # numbers of STATES
    return replace(history, state=np.where(promised, judged, -1))


def _is_promise(result: Texts) -> Flags:
    return np.isin(result, ("MET_PROMISE", "RPC_PROMISE"))
