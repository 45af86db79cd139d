"""What is wrong with a pack that somebody wrote? A rule that never fires for a slip of the pen is no law."""

from collections.abc import Iterator

from backend.compliance.packs import ANYTHING, CHANNEL_GROUPS, ROLE_GROUPS, Condition, Kind, Outside, Pack, Rule
from backend.compliance.schemas import Channel, Collector, Lacks, Role, Says

FAULTS_TOLD_MAX = 20


class PackWrongError(ValueError):
    """A pack that does not say what it should; the message names the rules."""


KIND_NEEDS: dict[Kind, tuple[str, ...]] = {
    Kind.WINDOW: ("outside",),
    Kind.COUNT_WINDOW: ("happened",),
    Kind.COOLDOWN: ("happened",),
    Kind.MIN_GAP: ("happened",),
    Kind.PLACE: ("places", "agreed", "stands", "any", "none_of", "last_ones"),
    Kind.PARTY: ("roles", "renounced", "stands", "last_ones", "any", "none_of", "happened"),
    Kind.HEADCOUNT: ("headcount_below", "missing", "any"),
    Kind.DISCLOSURE: ("lacks", "says", "any", "notice_sent"),
    Kind.CONSENT: ("agreed", "based", "photos", "none_of", "any", "stands", "happened"),
    Kind.STATUS_STOP: ("stands",),
    Kind.CONTENT: ("says", "lacks", "any", "debts_any"),
    Kind.RECORDING: ("missing",),
    Kind.RETENTION: (),
    Kind.LICENCE: ("missing", "debts_any", "none_of", "any"),
}
"""What the `breaks` of a rule of a kind may speak of; it must speak of one of them unless it always breaks."""

NAMES: dict[str, frozenset[str]] = {
    "channels": frozenset({*CHANNEL_GROUPS, *Channel}),
    "roles": frozenset({*ROLE_GROUPS, *Role}),
    "says": frozenset({ANYTHING, *Says}),
    "lacks": frozenset({ANYTHING, *Lacks}),
    "missing": frozenset(Collector.__struct_fields__) - {"kind", "id"},
}
"""The words that a list of a condition may hold; those of the other lists are checked by their types."""


def faults_of(pack: Pack) -> list[str]:
    """Return in words what is wrong with a pack, rule by rule; empty when nothing is."""
    found = [f"{rule.id}: {fault}" for rule in pack.rules for fault in (*_of_rule(rule, pack), *_of_kind(rule))]
    if pack.effective_to is not None and pack.effective_to <= pack.since:
        found.append("effective_to: a pack is in force for a day at least")
    return found


def _of_rule(rule: Rule, pack: Pack) -> Iterator[str]:
    if rule.id not in pack.articles:
        yield "no article says what it means"
    if rule.excuse is not None and rule.excuse not in pack.articles:
        yield f"its excuse {rule.excuse} has no article"
    for condition in (rule.breaks, rule.when, *([rule.unless] if rule.unless else [])):
        for part in _parts(condition):
            yield from _of_condition(part)


def _of_kind(rule: Rule) -> Iterator[str]:
    spoken = {name for name in Condition.__struct_fields__ if getattr(rule.breaks, name) is not None}
    if spoken and KIND_NEEDS[rule.kind] and not spoken & set(KIND_NEEDS[rule.kind]):
        yield f"a {rule.kind} rule speaks of {', '.join(KIND_NEEDS[rule.kind])}"
    happened = rule.breaks.happened
    if rule.kind is Kind.MIN_GAP and (happened is None or happened.minutes is None):
        yield "a gap is in minutes"
    if rule.kind in {Kind.COUNT_WINDOW, Kind.COOLDOWN} and (happened is None or happened.days is None):
        yield "it counts in days"


def _parts(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and all that are inside it."""
    yield condition
    for inner in (*(condition.any or []), *(condition.none_of or [])):
        yield from _parts(inner)


def _of_condition(condition: Condition) -> Iterator[str]:
    for name in Condition.__struct_fields__:
        if getattr(condition, name) == []:
            yield f"{name} is an empty list, so it never holds"
    for name, known in NAMES.items():
        unknown = sorted(set(getattr(condition, name) or []) - known)
        if unknown:
            yield f"{name} knows no {', '.join(unknown)}"
    happened = condition.happened
    for one in (happened, condition.last_ones):
        unknown = sorted(set((one and one.channels) or []) - NAMES["channels"])
        if unknown:
            yield f"channels knows no {', '.join(unknown)}"
    if happened is not None and happened.days is not None and happened.minutes is not None:
        yield "it counts in days or in minutes, not both"
    if condition.outside is not None:
        yield from _of_hours(condition.outside)


def _of_hours(outside: Outside) -> Iterator[str]:
    if bool(outside.hours) is outside.of_person:
        yield "outside: either hours or those of the person"
    for one in outside.hours:
        if one.start >= one.end:
            yield f"hours begin before they end, inside one day: {one.start} to {one.end}"
