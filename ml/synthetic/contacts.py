"""By which numbers and at which places can people be reached, and which of them are dead, wrong or left behind?

What the lender believes (`status`) and what is so (`truth`) are different columns; the second is never written into
the visible book.
"""

from dataclasses import dataclass

import numpy as np

from ml.synthetic.columns import Flags, Floats, Ints, Texts, chance, joined, numbered, weighted
from ml.synthetic.identifiers import phones
from ml.synthetic.language import Language
from ml.synthetic.parties import RELATED, Parties, serial_of_party
from ml.synthetic.people import People
from ml.synthetic.products import SPECIAL
from ml.synthetic.town import Doors, unit_names
from ml.synthetic.truth import Truth

RIGHT, WRONG, DEAD = range(3)
TRUTHS = ("right", "wrong", "dead")
STATUSES = ("unknown", "verified", "wrong", "dead", "stopped")
CONTACT_SOURCES = ("application", "lender", "skip_trace")
KINDS = ("mobile", "email")
ADDRESS_KINDS = ("home", "work", "registered", "collateral")
HOME, WORK, REGISTERED, COLLATERAL = range(4)
ADDRESS_STATUSES = ("unknown", "verified", "wrong", "moved")
_OBLIGOR_PHONES = 3
_NO_PLACE_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class Contacts:
    """Contact points of a block, sorted by obligor; `party` is -1 for the obligor's own."""

    ref: Texts
    obligor: Ints
    party: Ints
    kind: Ints
    value: Texts
    status: Ints
    consent: Ints
    source: Ints
    may_contact: Flags
    truth: Ints


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses of a block, sorted by obligor; NaN where the lender's text could not be placed."""

    ref: Texts
    obligor: Ints
    party: Ints
    kind: Ints
    door: Ints
    line: Texts
    lat: Floats
    lon: Floats
    status: Ints
    source: Ints
    is_current: Flags


def make_contacts(
    rng: np.random.Generator, language: Language, people: People, parties: Parties, seed: int
) -> Contacts:
    """Give every obligor one to three phones and perhaps an e-mail address, everybody around them one phone."""
    size = len(people)
    has = rng.random((size, _OBLIGOR_PHONES)) < (1.0, 0.55, 0.25)
    obligor, slot = np.nonzero(has)
    own_serial = (people.first + obligor) * _OBLIGOR_PHONES + slot
    mailing = np.flatnonzero(chance(rng, 0.35, size))
    around = serial_of_party(people, parties)
    rows = len(obligor) + len(mailing) + len(parties)
    # Serial numbers of obligors' phones grow from the bottom of the range, those of the people around from the middle.
    value = np.concatenate([
        phones(language, own_serial, seed),
        joined(np.strings.lower(people.ref[mailing]), "@example.com"),
        phones(language, around + 5_000_000, seed),
    ])  # fmt: skip
    who = np.concatenate([obligor, mailing, parties.obligor])
    party = np.concatenate([np.full(len(obligor) + len(mailing), -1), np.arange(len(parties))])
    is_phone = np.r_[np.ones(len(obligor), bool), np.zeros(len(mailing), bool), np.ones(len(parties), bool)]
    place = np.concatenate([slot, np.full(len(mailing), _OBLIGOR_PHONES), np.zeros(len(parties), np.int64)])
    truth = np.where(place == 0, weighted(rng, (0.80, 0.07, 0.13), rows), weighted(rng, (0.58, 0.17, 0.25), rows))
    status = _believed(rng, truth)
    may = np.r_[np.ones(len(obligor) + len(mailing), bool), parties.may_contact] & (status < 2)  # noqa: PLR2004 - usable
    consent = np.r_[weighted(rng, (0.9, 0.02, 0.08), len(obligor) + len(mailing)), parties.consent]
    source = np.r_[np.where(place[: rows - len(parties)] == 2, 2, 0), np.where(parties.role > RELATED, 2, 0)]  # noqa: PLR2004
    serial = np.concatenate([own_serial, people.first + mailing, around])
    head = np.repeat(np.array([1, 2, 3]), [len(obligor), len(mailing), len(parties)])
    order = np.lexsort((place, party, who))
    return Contacts(
        numbered("P", head * 10**8 + serial, 9)[order], who[order], party[order], np.where(is_phone, 0, 1)[order],
        value[order], status[order], consent[order], source[order], (may & (consent != 1))[order], truth[order],
    )  # fmt: skip


def make_places(
    rng: np.random.Generator, language: Language, doors: Doors, people: People, parties: Parties, truth: Truth
) -> Places:
    """Give everybody the addresses a lender has: home or seat, work, the collateral's, some homes around."""
    size = len(people)
    own = np.flatnonzero(~people.is_company)
    seat = np.flatnonzero(people.is_company)
    work = np.flatnonzero((people.work_door >= 0) & (chance(rng, 0.62, size)))
    pledged = np.flatnonzero(people.kind == SPECIAL)
    around = np.flatnonzero(parties.shares_home | (chance(rng, 0.3, len(parties))))
    kind = np.repeat(
        np.array([HOME, REGISTERED, WORK, COLLATERAL, HOME]), [len(x) for x in (own, seat, work, pledged, around)]
    )
    who = np.concatenate([own, seat, work, pledged, parties.obligor[around]])
    party = np.r_[np.full(len(who) - len(around), -1), around]
    elsewhere = rng.integers(0, len(doors.lat), len(who))
    with_them = (party < 0) | parties.shares_home[party]
    home = np.where(with_them, people.door[who], elsewhere)
    at_home = np.isin(kind, (HOME, REGISTERED)) | ((kind == COLLATERAL) & (chance(rng, 0.55, len(who))))
    door = np.where(at_home, home, np.where(kind == WORK, people.work_door[who], elsewhere))
    own_unit = unit_names(rng, language, doors.floors[door], doors.units[door])
    unit = np.where(at_home & with_them, people.unit[who], np.where(kind == WORK, "", own_unit))
    left = np.where(kind == WORK, truth.has_left_job[who], truth.has_moved[who] & with_them & (kind == HOME))
    noticed = rng.random(len(who))
    status = np.where(left, np.where(noticed < 0.25, 3, 0), np.where(noticed < 0.4, 1, 0))  # noqa: PLR2004
    unplaced = rng.random(len(who)) < _NO_PLACE_SHARE
    lat, lon = np.where(unplaced, np.nan, doors.lat[door]), np.where(unplaced, np.nan, doors.lon[door])
    order = np.lexsort((party, kind, who))
    ref = numbered("D", people.first * 10 + np.arange(len(who)), 9)
    if language.code == "zh":
        line = joined(doors.line[door], unit)
    else:
        line = np.where(unit == "", doors.line[door], joined(unit, ", ", doors.line[door]))
    source = np.where(party < 0, 0, parties.source[party]) if len(parties) else np.zeros(len(who), np.int64)
    return Places(
        ref, who[order], party[order], kind[order], door[order], line[order], lat[order], lon[order], status[order],
        source[order], ~left[order],
    )  # fmt: skip


def _believed(rng: np.random.Generator, truth: Ints) -> Ints:
    """Return the lender's status: part of what is right is verified, part of what is dead or wrong is known."""
    luck = rng.random(len(truth))
    known_bad = np.where(truth == WRONG, 2, 3)
    believed_right = np.select([luck < 0.35, luck > 0.985], [1, 4], 0)  # noqa: PLR2004 - verified, asked to stop
    return np.where(truth == RIGHT, believed_right, np.where(luck < 0.2, known_bad, 0))  # noqa: PLR2004
