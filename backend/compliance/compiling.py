"""What does one rule of a pack say at an instant? Packs are compiled once and kept."""

from collections.abc import Sequence
from typing import NamedTuple

from backend.compliance.conditions import compiled
from backend.compliance.count_tests import channels_named
from backend.compliance.facts import NEVER, Facts, Test
from backend.compliance.packs import CONTACTS, Condition, Kind, Pack, Rule, Severity
from backend.compliance.schemas import Channel, PersonKind


class Outcome(NamedTuple):
    """What a rule says from an instant until (at least) another."""

    until: int
    listed: tuple[str, ...] = ()
    act: Severity | None = None
    condition: str | None = None


class CompiledRule:
    """One rule, ready to be asked."""

    def __init__(self, rule: Rule, binds: frozenset[PersonKind]) -> None:
        self.rule = rule
        self.binds = binds
        self.channels = _channels_of(rule)
        self.own = (rule.id,)
        self.excused = (rule.excuse or rule.id,)
        self.when = None if rule.when == Condition() else compiled(rule.when, lenient=True)
        self.strict = compiled(rule.breaks, lenient=False)
        self.lenient = compiled(rule.breaks, lenient=True) if _can_be_lifted(rule.breaks) else None
        self.unless: Test | None = None if rule.unless is None else compiled(rule.unless, lenient=True)

    def concerns(self, facts: Facts) -> bool:
        """Say whether the rule can speak of a situation at all: the channel and the kind of person."""
        return facts.channel in self.channels and facts.situation.person.kind in self.binds

    def outcome(self, facts: Facts, instant: int) -> Outcome:
        """Return what the rule says at an instant, and until when at least."""
        bound, until = (True, NEVER[1]) if self.when is None else self.when(facts, instant)
        if not bound:
            return Outcome(until)
        trips, until_trips = self.strict(facts, instant)
        acts, until_acts = (trips, until_trips) if self.lenient is None else self.lenient(facts, instant)
        until = min(until, until_trips, until_acts)
        if not (trips or acts):
            otherwise = self.rule.otherwise
            return Outcome(until) if otherwise is None else Outcome(until, self.own, None, otherwise)
        if self.unless is not None:
            lifted, until_lifted = self.unless(facts, instant)
            acts, until = acts and not lifted, min(until, until_lifted)
        return Outcome(until, self.own, self.rule.severity) if acts else Outcome(until, self.excused)


def _channels_of(rule: Rule) -> frozenset[Channel]:
    if rule.when.channels is not None:
        return channels_named(rule.when.channels)
    return CONTACTS - {Channel.LETTER} if rule.kind is Kind.WINDOW else CONTACTS


def _can_be_lifted(condition: Condition) -> bool:
    """Say whether something inside a condition reads differently with what is on record."""
    happened, stands, outside = condition.happened, condition.stands, condition.outside
    inner = [*(condition.any or []), *(condition.none_of or [])]
    return (
        (outside is not None and outside.agreed)
        or (happened is not None and bool(happened.unlisted or happened.consent or happened.lifted_by))
        or (stands is not None and stands.but_confirm_minutes is not None)
        or any(_can_be_lifted(one) for one in inner)
    )


_COMPILED: dict[int, tuple[Pack, list[CompiledRule]]] = {}


def rules_of(packs: Sequence[Pack], facts: Facts) -> list[CompiledRule]:
    """Return the rules that can speak of a situation, in the order of packs and articles."""
    return [rule for pack in packs for rule in _compiled_pack(pack) if rule.concerns(facts)]


def _compiled_pack(pack: Pack) -> list[CompiledRule]:
    kept = _COMPILED.get(id(pack))
    if kept is None or kept[0] is not pack:
        binds = frozenset(pack.binds or PersonKind)
        kept = (pack, [CompiledRule(rule, binds) for rule in pack.rules if rule.kind is not Kind.RETENTION])
        _COMPILED[id(pack)] = kept
    return kept[1]
