"""What does one rule of a pack say at an instant? Packs are compiled once and kept."""

from collections.abc import Sequence
from typing import NamedTuple

from backend.compliance.conditions import compiled, fixed_test, moving_test
from backend.compliance.count_tests import channels_named
from backend.compliance.facts import ALWAYS, Facts, Test
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

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.channels = _channels_of(rule)
        self.own = (rule.id,)
        self.excused = (rule.excuse or rule.id,)
        self.concerns = fixed_test(rule.when)
        self.when = moving_test(rule.when)
        self.strict = compiled(rule.breaks, lenient=False)
        self.lenient = compiled(rule.breaks, lenient=True) if _can_be_lifted(rule.breaks) else None
        self.unless: Test | None = None if rule.unless is None else compiled(rule.unless, lenient=True)

    def outcome(self, facts: Facts, instant: int) -> Outcome:
        """Return what the rule says at an instant, and until when at least."""
        bound, until = ALWAYS if self.when is None else self.when(facts, instant)
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


class CompiledPack(NamedTuple):
    """A pack whose rules are sorted by what they are asked about; it holds its pack, so that no other has its id."""

    pack: Pack
    by_channel: dict[Channel, list[CompiledRule]]
    binds: frozenset[PersonKind]


_COMPILED: dict[int, CompiledPack] = {}
_COMPILED_MAX = 200


def rules_of(packs: Sequence[Pack], facts: Facts) -> list[CompiledRule]:
    """Return the rules that can speak of a situation at any hour, in the order of packs and articles."""
    compiled_packs = [_compiled_pack(pack) for pack in packs]
    return [
        rule
        for one in compiled_packs
        if facts.situation.person.kind in one.binds
        for rule in one.by_channel[facts.channel]
        if rule.concerns(facts)
    ]


def _compiled_pack(pack: Pack) -> CompiledPack:
    kept = _COMPILED.get(id(pack))
    if kept is None:
        rules = [CompiledRule(rule) for rule in pack.rules if rule.kind is not Kind.RETENTION]
        by_channel = {channel: [rule for rule in rules if channel in rule.channels] for channel in Channel}
        if len(_COMPILED) >= _COMPILED_MAX:
            _COMPILED.clear()
        kept = _COMPILED[id(pack)] = CompiledPack(pack, by_channel, frozenset(pack.binds or PersonKind))
    return kept
