"""Is a pack well-formed, which packs come with the product, and which bind a situation?"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from backend.compliance.pack_faults import FAULTS_TOLD_MAX, PackWrongError, faults_of
from backend.compliance.packs import AppliesWhen, DebtIs, Pack
from backend.compliance.schemas import Debt, PackUsed, Situation


def hash_of(pack: Pack) -> str:
    """Return the SHA-256 (hex) of a pack in canonical form."""
    return hashlib.sha256(canonical(pack)).hexdigest()


def canonical(pack: Pack) -> bytes:
    """Return the one way in which a pack is hashed and kept: JSON, keys sorted, no spaces, defaults left out.

    A field that packs learn later changes no hash of those that do not use it.
    """
    return msgspec.json.encode(as_written(pack), order="sorted")


def as_written(value: object) -> object:
    """Return what a struct says as JSON without what is its default: "null" may mean something where it is none."""
    if isinstance(value, msgspec.Struct):
        fields = msgspec.structs.fields(value)
        return {
            one.encode_name: as_written(held) for one in fields if (held := getattr(value, one.name)) != _default(one)
        }
    if isinstance(value, dict):
        return {key: as_written(held) for key, held in value.items()}
    if isinstance(value, list):
        return [as_written(held) for held in value]
    return msgspec.to_builtins(value)


def _default(field: msgspec.structs.FieldInfo) -> object:
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default


def read_pack(text: bytes) -> Pack:
    """Read a pack and check what its shape cannot say; raises PackWrongError or msgspec.ValidationError."""
    pack = msgspec.json.decode(text, type=Pack)
    faults = faults_of(pack)
    if faults:
        raise PackWrongError("; ".join(faults[:FAULTS_TOLD_MAX]))
    return pack


@cache
def shipped_packs() -> tuple[Pack, ...]:
    """Return the packs that come with the product, sorted by name."""
    folder = files("backend.compliance") / "law"
    return tuple(read_pack(entry.read_bytes()) for entry in sorted(folder.iterdir(), key=lambda one: one.name))


GENERAL = "GEN"
"""The rules that always hold; not law of a place, so it is never listed among the packs."""


class Shelf(NamedTuple):
    """Packs, looked through once: which places they know, and which editions are in force on a day."""

    packs: tuple[Pack, ...]
    places: frozenset[str]
    in_force_on: dict[date, list[Pack]]


def chosen_packs(situation: Situation, packs: Sequence[Pack], on: date) -> list[Pack] | None:
    """Return the packs that bind, sorted by name, GEN not among them; None when a name is unknown or none is in force.

    `on` is the local day of the person: of several editions the newest that is in force on it counts.
    """
    if situation.packs is not None:
        named = [edition_of(name, packs, on) for name in sorted(set(situation.packs))]
        return None if None in named else [pack for pack in named if pack is not None]
    shelf = _shelf_of(packs)
    place = situation.jurisdiction if situation.jurisdiction in shelf.places else None
    editions = _in_force(shelf, on)
    if place is not None and not any(place in (pack.applies_when.jurisdictions or []) for pack in editions):
        return None
    return [pack for pack in editions if _is_for(pack.applies_when, situation, place)]


_SHELVES: dict[tuple[int, ...], Shelf] = {}
_KEPT_MAX = 200
"""So many shelves, or days of one, are kept; a shelf holds its packs, so that their identities are not used anew."""


def _shelf_of(packs: Sequence[Pack]) -> Shelf:
    key = tuple(map(id, packs))
    shelf = _SHELVES.get(key)
    if shelf is None:
        places = {place for pack in packs for place in pack.applies_when.jurisdictions or []}
        shelf = Shelf(tuple(packs), frozenset(places), {})
        if len(_SHELVES) >= _KEPT_MAX:
            _SHELVES.clear()
        _SHELVES[key] = shelf
    return shelf


def _in_force(shelf: Shelf, on: date) -> list[Pack]:
    """Return the editions that are in force on a day, sorted by name, GEN not among them."""
    editions = shelf.in_force_on.get(on)
    if editions is None:
        names = sorted({pack.pack_id for pack in shelf.packs if pack.pack_id != GENERAL and pack.status == "in_force"})
        found = [edition_of(name, shelf.packs, on) for name in names]
        editions = [pack for pack in found if pack is not None and pack.status == "in_force"]
        if len(shelf.in_force_on) >= _KEPT_MAX:
            shelf.in_force_on.clear()
        shelf.in_force_on[on] = editions
    return editions


def edition_of(name: str, packs: Iterable[Pack], on: date) -> Pack | None:
    """Return the newest edition of a pack in force on a day; of a draft the newest there is; None without one."""
    editions = sorted((pack for pack in packs if pack.pack_id == name), key=lambda one: (one.since, one.version))
    in_force = [
        one
        for one in editions
        if one.status == "in_force" and one.since <= on and (one.effective_to is None or on < one.effective_to)
    ]
    drafts = [one for one in editions if one.status == "draft"]
    return next(iter([*reversed(in_force), *reversed(drafts)]), None)


def _is_for(applies: AppliesWhen, situation: Situation, place: str | None) -> bool:
    if applies.person_kinds is not None and situation.person.kind not in applies.person_kinds:
        return False
    if place is None:
        return True
    if applies.jurisdictions is not None and place not in applies.jurisdictions:
        return False
    return applies.debts_any is None or any(debt_is(debt, applies.debts_any, situation) for debt in debts_of(situation))


def debts_of(situation: Situation) -> list[Debt]:
    """Return the debts that the action is about."""
    wanted = situation.action.debts
    return [debt for debt in situation.debts if wanted is None or debt.id in wanted]


def debt_is(debt: Debt, asked: DebtIs, situation: Situation) -> bool:
    """Say whether one debt is what is asked for."""
    collector = situation.collector.id or situation.collector.kind.value
    elsewhere = debt.placed_with is not None and debt.placed_with != collector
    return (
        (asked.products is None or debt.product in asked.products)
        and (asked.lender_types is None or debt.lender_type in asked.lender_types)
        and asked.placed_elsewhere in {None, elsewhere}
        and all(
            getattr(asked, flag) in {None, getattr(debt, flag)}
            for flag in ("family_debt", "illegal", "time_barred", "transferred", "notified")
        )
    )


def used(packs: Iterable[Pack]) -> list[PackUsed]:
    """Name the packs as a verdict lists them."""
    return [PackUsed(id=pack.pack_id, version=pack.version, sha256=_hash_kept(pack)) for pack in packs]


_HASHES: dict[int, tuple[Pack, str]] = {}


def _hash_kept(pack: Pack) -> str:
    """Reckon the hash of a pack once (a pack holds lists, so it cannot be a key itself)."""
    kept = _HASHES.get(id(pack))
    if kept is None:
        if len(_HASHES) >= _KEPT_MAX:
            _HASHES.clear()
        kept = _HASHES[id(pack)] = (pack, hash_of(pack))
    return kept[1]
