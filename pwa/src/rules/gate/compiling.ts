/** What does one rule of a pack say at an instant? Packs are compiled once and kept. The twin of backend/compliance/compiling.py. */
import { compiled } from './conditions';
import { NEVER, type Facts, type Test } from './facts';
import { CONTACTS, channelsNamed, type Condition, type HeldPack, type Pack, type Rule, type Severity } from './packs';
import { PERSON_KINDS, type Channel, type PersonKind } from './schemas';

/** What a rule says from an instant until (at least) another. */
export interface Outcome {
  readonly until: number;
  readonly listed: readonly string[];
  readonly act: Severity | null;
  readonly condition: string | null;
}

const quiet = (until: number): Outcome => ({ until, listed: [], act: null, condition: null });

/** One rule, ready to be asked. */
export class CompiledRule {
  readonly rule: Rule;
  readonly #binds: readonly PersonKind[];
  readonly #channels: ReadonlySet<Channel>;
  readonly #own: readonly string[];
  readonly #excused: readonly string[];
  readonly #when: Test;
  readonly #strict: Test;
  readonly #lenient: Test | undefined;
  readonly #unless: Test | undefined;

  constructor(rule: Rule, binds: readonly PersonKind[]) {
    this.rule = rule;
    this.#binds = binds;
    this.#channels = channelsOf(rule);
    this.#own = [rule.id];
    this.#excused = [rule.excuse ?? rule.id];
    this.#when = compiled(rule.when, true);
    this.#strict = compiled(rule.breaks, false);
    this.#lenient = canBeLifted(rule.breaks) ? compiled(rule.breaks, true) : undefined;
    this.#unless = rule.unless === null ? undefined : compiled(rule.unless, true);
  }

  /** Whether the rule can speak of a situation at all: the channel and the kind of person. */
  concerns(facts: Facts): boolean {
    return this.#channels.has(facts.channel) && this.#binds.includes(facts.situation.person.kind);
  }

  /** What the rule says at an instant, and until when at least. */
  outcome(facts: Facts, instant: number): Outcome {
    const [isBound, untilBound] = this.#when(facts, instant);
    if (!isBound) return quiet(untilBound);
    const strict = this.#strict(facts, instant);
    const [trips, untilTrips] = strict;
    const [binds, untilBinds] = this.#lenient === undefined ? strict : this.#lenient(facts, instant);
    const until = Math.min(untilBound, untilTrips, untilBinds);
    if (!trips && !binds) {
      const condition = this.rule.else;
      return condition === null ? quiet(until) : { until, listed: this.#own, act: null, condition };
    }
    const [isLifted, untilLifted] = this.#unless === undefined ? NEVER : this.#unless(facts, instant);
    const acts = binds && !isLifted;
    return { until: Math.min(until, untilLifted), listed: acts ? this.#own : this.#excused, act: acts ? this.rule.severity : null, condition: null };
  }
}

function channelsOf({ when, kind }: Rule): ReadonlySet<Channel> {
  if (when.channels !== null) return channelsNamed(when.channels);
  return kind === 'window' ? new Set([...CONTACTS].filter((channel) => channel !== 'letter')) : CONTACTS;
}

/** Whether something inside a condition reads differently with what is on record. */
function canBeLifted({ happened, stands, outside, any, not }: Condition): boolean {
  return (
    outside?.agreed === true ||
    (happened !== null && (happened.unlisted.length > 0 || happened.consent !== null || happened.lifted_by !== null)) ||
    (stands !== null && stands.but_confirm_minutes !== null) ||
    [...(any ?? []), ...(not ?? [])].some(canBeLifted)
  );
}

const COMPILED = new WeakMap<Pack, readonly CompiledRule[]>();

/** The rules that can speak of a situation, in the order of packs and articles. */
export function rulesOf(packs: readonly HeldPack[], facts: Facts): readonly CompiledRule[] {
  return packs.flatMap(({ pack }) => compiledPack(pack).filter((rule) => rule.concerns(facts)));
}

function compiledPack(pack: Pack): readonly CompiledRule[] {
  const kept = COMPILED.get(pack);
  if (kept !== undefined) return kept;
  const rules = pack.rules.filter(({ kind }) => kind !== 'retention').map((rule) => new CompiledRule(rule, pack.binds ?? PERSON_KINDS));
  COMPILED.set(pack, rules);
  return rules;
}
