/**
 * Does a condition of a pack hold of a situation at an instant? Conditions are compiled once, then asked often. The twin of
 * backend/compliance/conditions.py.
 */
import { debtIs } from './choosing';
import { agreedOf, basedOf, outsideOf, standsOf } from './clock_tests';
import { happenedOf, lastOnesOf } from './count_tests';
import { ALWAYS, NEVER, allHold, negated, oneHolds, type Facts, type Test } from './facts';
import { ANYTHING, channelsNamed, rolesNamed, type Condition, type DebtIs } from './packs';
import type { Action } from './schemas';

type Fixed = (facts: Facts) => boolean;

/**
 * A test of a condition: all of its parts that are given must hold.
 *
 * Strictly read, agreed hours, consents and uncounted calls lift nothing; leniently they do. A rule that trips strictly
 * and not leniently was lifted by something on record.
 */
export function compiled(condition: Condition, lenient: boolean): Test {
  const fixed = [...partsOfAction(condition), ...partsOfContent(condition), ...partsOfParties(condition)];
  const moving = movingParts(condition, lenient);
  return (facts, instant) => {
    if (!fixed.every((holds) => holds(facts))) return NEVER;
    return moving.length === 0 ? ALWAYS : allHold(moving.map((test) => test(facts, instant)));
  };
}

function movingParts(asked: Condition, lenient: boolean): readonly Test[] {
  const inner = (conditions: readonly Condition[]): Test => anyOf(conditions.map((one) => compiled(one, lenient)));
  const noneOf = (conditions: readonly Condition[]): Test => {
    const one = inner(conditions);
    return (facts, instant) => negated(one(facts, instant));
  };
  return [
    ...part(asked.outside, (outside) => outsideOf(outside, lenient)),
    ...part(asked.happened, (happened) => happenedOf(happened, lenient)),
    ...part(asked.last_ones, lastOnesOf),
    ...part(asked.stands, (stands) => standsOf(stands, lenient)),
    ...part(asked.agreed, agreedOf),
    ...part(asked.based, basedOf),
    ...part(asked.any, inner),
    ...part(asked.not, noneOf),
  ];
}

function anyOf(tests: readonly Test[]): Test {
  return (facts, instant) => oneHolds(tests.map((test) => test(facts, instant)));
}

function part<Asked, Made>(asked: Asked | null, make: (asked: Asked) => Made): readonly Made[] {
  return asked === null ? [] : [make(asked)];
}

function partsOfAction(asked: Condition): readonly Fixed[] {
  return [
    ...part(asked.channels, (names) => {
      const channels = channelsNamed(names);
      return ({ channel }: Facts) => channels.has(channel);
    }),
    ...part(asked.places, (places) => isAmong(places, (facts) => actionOf(facts).place)),
    ...part(asked.photos, (photos) => isAmong(photos, (facts) => actionOf(facts).photo_of ?? 'interior')),
    ...part(asked.headcount_below, (count) => (facts: Facts) => actionOf(facts).headcount < count),
    ...part(asked.autodialled, (wanted) => (facts: Facts) => isAutodialled(facts) === wanted),
    ...part(asked.notice_sent, (wanted) => (facts: Facts) => actionOf(facts).notice_sent === wanted),
  ];
}

function partsOfContent(asked: Condition): readonly Fixed[] {
  return [
    ...part(asked.templates, (templates) => isAmong(templates, ({ template }) => template)),
    ...part(asked.says, (said) => meets(said, ({ says }) => says)),
    ...part(asked.lacks, (lacked) => meets(lacked, ({ lacks }) => lacks)),
  ];
}

function partsOfParties(asked: Condition): readonly Fixed[] {
  return [
    ...part(asked.roles, (names) => {
      const roles = rolesNamed(names);
      return ({ role }: Facts) => roles.has(role);
    }),
    ...part(asked.collectors, (kinds) => isAmong(kinds, (facts) => facts.situation.collector.kind)),
    ...part(asked.missing, (shown) => ({ situation }: Facts) => !shown.every((flag) => situation.collector[flag])),
    ...part(asked.renounced, (wanted) => (facts: Facts) => facts.situation.person.renounced === wanted),
    ...part(asked.debts_any, (debt) => (facts: Facts) => facts.debts.some(isSuch(debt, facts))),
    ...part(asked.debts_all, (debt) => (facts: Facts) => facts.debts.every(isSuch(debt, facts))),
  ];
}

function actionOf(facts: Facts): Action {
  return facts.situation.action;
}

function isAmong(wanted: readonly string[], held: (facts: Facts) => string | null): Fixed {
  const names: ReadonlySet<string | null> = new Set(wanted);
  return (facts) => names.has(held(facts));
}

function meets(wanted: readonly string[], held: (facts: Facts) => ReadonlySet<string>): Fixed {
  if (wanted.includes(ANYTHING)) return (facts) => held(facts).size > 0;
  return (facts) => wanted.some((name) => held(facts).has(name));
}

function isAutodialled(facts: Facts): boolean {
  return actionOf(facts).autodialled || facts.channel === 'robot_call';
}

function isSuch(asked: DebtIs, { situation }: Facts): (debt: Facts['debts'][number]) => boolean {
  return (debt) => debtIs(debt, asked, situation);
}
