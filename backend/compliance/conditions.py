"""Does a condition of a pack hold of a situation at an instant? Conditions are compiled once, then asked often."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from backend.compliance.choosing import debt_is
from backend.compliance.clock_tests import agreed_of, based_of, outside_of, stands_of
from backend.compliance.count_tests import channels_named, happened_of, last_ones_of
from backend.compliance.facts import ALWAYS, NEVER, Facts, Test, all_hold, negated, one_holds
from backend.compliance.packs import ANYTHING, ROLE_GROUPS, Condition, DebtIs
from backend.compliance.schemas import Action, Channel, Collector, PhotoOf, Role

Asked = TypeVar("Asked")
Fixed = Callable[[Facts], bool]


def compiled(condition: Condition, *, lenient: bool) -> Test:
    """Return a test of a condition: all of its parts that are given must hold.

    Strictly read, agreed hours, consents and uncounted calls lift nothing; leniently they do. A rule that trips
    strictly and not leniently was lifted by something on record.
    """
    fixed = fixed_test(condition)
    moving = moving_test(condition, lenient=lenient)
    if moving is None:
        return lambda facts, _: ALWAYS if fixed(facts) else NEVER
    return lambda facts, instant: moving(facts, instant) if fixed(facts) else NEVER


def fixed_test(condition: Condition) -> Fixed:
    """Return a test of the parts of a condition that no hour changes."""
    parts = _fixed_parts(condition)
    return parts[0] if len(parts) == 1 else lambda facts: all(part(facts) for part in parts)


def moving_test(condition: Condition, *, lenient: bool = True) -> Test | None:
    """Return a test of the parts that depend on the hour or on what happened; None where there are none."""
    parts = _moving_parts(condition, lenient=lenient)
    if len(parts) <= 1:
        return parts[0] if parts else None
    return lambda facts, instant: all_hold(part(facts, instant) for part in parts)


def _moving_parts(condition: Condition, *, lenient: bool) -> list[Test]:
    asked, tests = condition, list[Test]()
    if asked.outside is not None:
        tests.append(outside_of(asked.outside, lenient=lenient))
    if asked.happened is not None:
        tests.append(happened_of(asked.happened, lenient=lenient))
    if asked.last_ones is not None:
        tests.append(last_ones_of(asked.last_ones))
    if asked.stands is not None:
        tests.append(stands_of(asked.stands, lenient=lenient))
    if asked.agreed is not None:
        tests.append(agreed_of(asked.agreed))
    if asked.based is not None:
        tests.append(based_of(asked.based))
    if asked.any is not None:
        tests.append(_any_of([compiled(one, lenient=lenient) for one in asked.any]))
    if asked.none_of is not None:
        any_of_them = _any_of([compiled(one, lenient=lenient) for one in asked.none_of])
        tests.append(lambda facts, instant: negated(any_of_them(facts, instant)))
    return tests


def _any_of(tests: list[Test]) -> Test:
    return lambda facts, instant: one_holds(test(facts, instant) for test in tests)


def _fixed_parts(condition: Condition) -> list[Fixed]:
    asked = condition
    given: list[Fixed | None] = [
        _part(asked.channels, lambda names: _channel_in(channels_named(names))),
        _part(asked.roles, lambda names: _role_in(roles_named(names))),
        _part(asked.collectors, lambda kinds: lambda facts: _collector(facts).kind in kinds),
        _part(asked.places, lambda places: lambda facts: _action(facts).place in places),
        _part(asked.photos, lambda photos: lambda facts: (_action(facts).photo_of or PhotoOf.INTERIOR) in photos),
        _part(asked.templates, lambda templates: lambda facts: facts.template in templates),
        _part(asked.says, lambda said: _meets(said, lambda facts: facts.says)),
        _part(asked.lacks, lambda lacked: _meets(lacked, lambda facts: facts.lacks)),
        _part(asked.missing, lambda flags: lambda facts: not all(getattr(_collector(facts), flag) for flag in flags)),
        _part(asked.headcount_below, lambda count: lambda facts: _action(facts).headcount < count),
        _part(asked.autodialled, lambda wanted: lambda facts: _is_autodialled(facts) is wanted),
        _part(asked.notice_sent, lambda wanted: lambda facts: _action(facts).notice_sent is wanted),
        _part(asked.renounced, lambda wanted: lambda facts: facts.situation.person.renounced is wanted),
        _part(asked.debts_any, lambda debt: _of_debts(any, debt)),
        _part(asked.debts_all, lambda debt: _of_debts(all, debt)),
    ]
    return [part for part in given if part is not None]


def _action(facts: Facts) -> Action:
    return facts.situation.action


def _collector(facts: Facts) -> Collector:
    return facts.situation.collector


def _part(asked: Asked | None, make: Callable[[Asked], Fixed]) -> Fixed | None:
    return None if asked is None else make(asked)


def _channel_in(channels: frozenset[Channel]) -> Fixed:
    return lambda facts: facts.channel in channels


def _role_in(roles: frozenset[Role]) -> Fixed:
    return lambda facts: facts.role in roles


def roles_named(names: Iterable[str]) -> frozenset[Role]:
    """Unfold roles and groups of roles."""
    return frozenset[Role]().union(*(ROLE_GROUPS.get(name) or {Role(name)} for name in names))


def _meets(wanted: list[str], held: Callable[[Facts], frozenset[str]]) -> Fixed:
    if ANYTHING in wanted:
        return lambda facts: bool(held(facts))
    asked = frozenset(wanted)
    return lambda facts: not asked.isdisjoint(held(facts))


def _is_autodialled(facts: Facts) -> bool:
    return facts.situation.action.autodialled or facts.channel is Channel.ROBOT_CALL


def _of_debts(quantifier: Callable[[Iterable[object]], bool], asked: DebtIs) -> Fixed:
    return lambda facts: quantifier(debt_is(debt, asked, facts.situation) for debt in facts.debts)
