/**
 * ALLOW, BLOCK or REVIEW? The contact gate itself, the twin of backend/compliance/rules.py: pure functions of a situation,
 * packs of law and tables of clocks.
 *
 * The strictest rule of all packs wins, every rule that fired is named, what is unknown fails closed. Windows are
 * half-open on the wall clock of the person; every block ends on a whole minute, so that it is blocked one second before
 * `earliest_allowed_at` and no longer at it.
 */
import { GENERAL, chosenPacks, used } from './choosing';
import { rulesOf, type CompiledRule, type Outcome } from './compiling';
import { Facts } from './facts';
import { DAY, MINUTE, date, floorTo, minuteUp } from './instants';
import type { HeldPack } from './packs';
import type { Decision, PackUsed, Situation, Verdict } from './schemas';
import { FOREVER, UTC, wallTime, zoneNamed, type Zone, type ZoneTables } from './zones';

const SEARCHED_DAYS = 400;
const FAIL_TZ = 'GEN-FAIL-TZ';
const FAIL_HISTORY = 'GEN-FAIL-HISTORY';
const FAIL_CONTENT = 'GEN-FAIL-CONTENT';
const FAIL_PACK = 'GEN-FAIL-PACK';

/** A half-open stretch of whole minutes, written like `earliest_allowed_at`. */
export interface Interval {
  readonly start: string;
  readonly end: string;
}

/** A situation with the law that binds it; `failures` are what the gate would have to guess. */
interface Opened {
  readonly facts: Facts;
  readonly clock: Zone;
  readonly rules: readonly CompiledRule[];
  readonly used: readonly PackUsed[];
  readonly failures: readonly string[];
  readonly expires: number;
}

type Asked = readonly [rule: CompiledRule, outcome: Outcome];

/**
 * Judge one contact at `situation.now`.
 *
 * `packs` are all that there are, `GEN` (the rules that always hold) among them; those that bind are chosen by the
 * situation. The same situation, packs and zones give the same verdict: nothing else is looked at.
 */
export function evaluate(situation: Situation, packs: readonly HeldPack[], zones: ZoneTables): Verdict {
  const { now } = situation;
  const opened = openedSituation(situation, packs, zonesOf(situation, zones), now);
  const { id } = situation;
  if (opened.failures.length > 0) {
    return { id, decision: 'BLOCK', rule_ids: opened.failures.toSorted(), conditions: [], earliest_allowed_at: null, packs: opened.used };
  }
  const asked = opened.rules.map((rule): Asked => [rule, rule.outcome(opened.facts, now)]);
  const outcomes = asked.map(([, outcome]) => outcome);
  const leaving = leaveBy(opened, asked);
  const conditions = new Set(outcomes.flatMap(({ condition }) => condition ?? []));
  if (leaving.length > 0) conditions.add(`leave_by:${wallTime(Math.min(...leaving.map(({ at }) => at)), opened.clock)}`);
  const fired = new Set([...outcomes.flatMap(({ listed }) => listed), ...leaving.map(({ ruleId }) => ruleId)]);
  const decision = decisionOf(outcomes);
  const earliest = decision === 'BLOCK' ? earliestOf(opened, new Map(asked), now) : undefined;
  return {
    id, decision, rule_ids: [...fired].toSorted(), conditions: [...conditions].toSorted(),
    earliest_allowed_at: earliest === undefined ? null : wallTime(earliest, opened.clock), packs: opened.used,
  };
}

/** The half-open stretches, in whole minutes, of a local day ("YYYY-MM-DD", first zone) in which the contact is ALLOW. */
export function windows(situation: Situation, packs: readonly HeldPack[], zones: ZoneTables, on: string): readonly Interval[] {
  const clocks = zonesOf(situation, zones);
  const [clock] = clocks;
  if (clock === undefined) return [];
  const day = date(on, '$.date');
  const start = clock.startOf(day);
  const end = clock.startOf(day + 1);
  const opened = openedSituation(situation, packs, clocks, start);
  if (opened.failures.length > 0) return [];
  return stretchesOf(opened, start, end).map(([from, to]) => ({ start: wallTime(from, clock), end: wallTime(to, clock) }));
}

function stretchesOf(opened: Opened, start: number, end: number): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  const last = Math.min(end, opened.expires);
  let instant = start;
  while (instant < last) {
    const { decision, until } = decisionUntil(opened, instant);
    if (decision === 'ALLOW') {
      const before = found.at(-1);
      if (before?.[1] === instant) before[1] = Math.min(until, last);
      else found.push([instant, Math.min(until, last)]);
    }
    instant = until;
  }
  return found
    .map(([from, to]): [number, number] => [minuteUp(from), floorTo(to, MINUTE)])
    .filter(([from, to]) => from < to);
}

/** Unfold a situation and choose the law of `first`, the earliest instant at which it will be asked. */
function openedSituation(situation: Situation, packs: readonly HeldPack[], zones: readonly Zone[], first: number): Opened {
  const isPhoto = situation.action.channel === 'photo';
  const clocks = zones.length > 0 ? zones : [UTC];
  const [clock = UTC] = clocks;
  const chosen = chosenPacks(situation, packs, clock.local(first).day);
  const expires = expiryOf(situation);
  const failures: string[] = chosen !== undefined && (isPhoto || first < expires) ? [] : [FAIL_PACK];
  if (!isPhoto && zones.length === 0) failures.push(FAIL_TZ);
  if (!isPhoto && situation.history === null) failures.push(FAIL_HISTORY);
  if (!isPhoto && situation.content === null) failures.push(FAIL_CONTENT);
  const facts = new Facts(situation, clocks, first);
  const binding = [...packs.filter(({ pack }) => pack.pack_id === GENERAL), ...(chosen ?? [])];
  const rules = failures.length > 0 ? [] : rulesOf(binding, facts);
  return { facts, clock, rules, used: used(chosen ?? []), failures, expires: isPhoto ? FOREVER : expires };
}

/** The clocks of the person; none when one of the names is unknown. */
function zonesOf(situation: Situation, tables: ZoneTables): readonly Zone[] {
  const zones = (situation.person.zones ?? []).map((name) => zoneNamed(name, tables));
  const known = zones.filter((zone) => zone !== undefined);
  return known.length === zones.length ? known : [];
}

/** When the snapshot of a phone expires: never on the server, at once when nobody knows. */
function expiryOf({ snapshot_expires_at: expires }: Situation): number {
  return expires === undefined ? FOREVER : expires ?? -FOREVER;
}

function decisionOf(outcomes: readonly Outcome[]): Decision {
  if (outcomes.some(({ act }) => act === 'block')) return 'BLOCK';
  return outcomes.some(({ act }) => act === 'review') ? 'REVIEW' : 'ALLOW';
}

/** The decision at an instant and until when, at least, it stays: a block as long as its longest rule. */
function decisionUntil(opened: Opened, instant: number): { readonly decision: Decision; readonly until: number } {
  const outcomes = opened.rules.map((rule) => rule.outcome(opened.facts, instant));
  const decision = decisionOf(outcomes);
  if (decision === 'BLOCK') return { decision, until: Math.max(...outcomes.filter(({ act }) => act === 'block').map(({ until }) => until)) };
  return { decision, until: Math.min(FOREVER, ...outcomes.map(({ until }) => until)) };
}

/** The first whole minute after `now` that is not blocked; undefined if 400 days or the snapshot end before it. */
function earliestOf(opened: Opened, kept: Map<CompiledRule, Outcome>, now: number): number | undefined {
  const last = Math.min(now + SEARCHED_DAYS * DAY, opened.expires - 1);
  let instant = floorTo(now, MINUTE) + MINUTE;
  while (instant <= last) {
    let blockedUntil = 0;
    for (const rule of opened.rules) {
      let outcome = kept.get(rule);
      if (outcome === undefined || outcome.until <= instant) {
        outcome = rule.outcome(opened.facts, instant);
        kept.set(rule, outcome);
      }
      if (outcome.act === 'block') blockedUntil = Math.max(blockedUntil, outcome.until);
      if (blockedUntil > last) return undefined;
    }
    if (blockedUntil === 0) return instant;
    instant = Math.max(minuteUp(blockedUntil), instant + MINUTE);
  }
  return undefined;
}

interface Leaving {
  readonly at: number;
  readonly ruleId: string;
}

/** The first whole minutes at which a visit begun inside a window would stand outside it, with the rules. */
function leaveBy({ facts }: Opened, asked: readonly Asked[]): readonly Leaving[] {
  const { now, action } = facts.situation;
  const end = now + action.planned_minutes * MINUTE;
  if (action.channel !== 'visit' || end === now) return [];
  return asked.flatMap(([rule, outcome]): readonly Leaving[] => {
    if (rule.rule.kind !== 'window' || outcome.act !== null) return [];
    const at = closing(rule, facts, outcome.until, end);
    return at === undefined ? [] : [{ at, ruleId: rule.rule.id }];
  });
}

function closing(rule: CompiledRule, facts: Facts, from: number, end: number): number | undefined {
  let instant = minuteUp(from);
  while (instant < end) {
    const outcome = rule.outcome(facts, instant);
    if (outcome.act === 'block') return instant;
    instant = Math.max(minuteUp(outcome.until), instant + MINUTE);
  }
  return undefined;
}
