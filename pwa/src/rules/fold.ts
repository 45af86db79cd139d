/**
 * What does the person see? What the server last told, and on top what was done on this phone since.
 *
 * A mutation is folded in until a pull after its acceptance has brought its effect; a refused one is not.
 */
import type { Act, CallRecord, FactValue, PhoneCase, PhoneHistory, PhonePlan, PhonePromise, PhoneStop, VisitRecord } from '@/api/types';

/** A thing done, as the fold needs it. */
export interface Deed {
  readonly id: string;
  readonly state: 'saved' | 'sending' | 'accepted' | 'refused' | 'conflict' | 'aside';
  readonly occurred_at: string;
  readonly answered_at: string | null;
  readonly act: Act;
}

export interface ShownHistory extends PhoneHistory {
  /** Only on this phone so far. */
  readonly is_unsent: boolean;
}

export interface ShownFact {
  readonly value: string;
  readonly version: number;
  readonly edited_by: string;
  /** An edit of mine: on its way, or kept as a conflict because somebody else wrote too (whose value a pull brings, maybe later). */
  readonly mine: { readonly value: string; readonly state: 'unsent' | 'conflict'; readonly isTheirsTold: boolean } | undefined;
}

export interface ShownCase extends Omit<PhoneCase, 'history' | 'promises' | 'facts'> {
  readonly history: readonly ShownHistory[];
  readonly promises: readonly PhonePromise[];
  readonly facts: Readonly<Record<string, ShownFact>>;
  readonly revealed: ReadonlySet<string>;
}

const isOnItsWay = (deed: Deed): boolean => deed.state === 'saved' || deed.state === 'sending';

/** Whether what the server told at `pulledAt` cannot contain the deed yet. */
function isAhead(deed: Deed, pulledAt: string): boolean {
  if (isOnItsWay(deed)) return true;
  return deed.state === 'accepted' && (deed.answered_at ?? '') >= pulledAt;
}

function withdrawnIds(deeds: readonly Deed[]): Set<string> {
  const ids = deeds.flatMap(({ act, state }) => (act.kind === 'record.withdraw' && state !== 'refused' ? [act.body.target_id] : []));
  return new Set(ids);
}

function lineOf(kind: 'visit' | 'call', body: VisitRecord | CallRecord, { by, isWithdrawn, isUnsent }: { by: string; isWithdrawn: boolean; isUnsent: boolean }): ShownHistory {
  return {
    id: body.id, kind, at: body.ended_at, result: body.result, amount_minor: body.promise?.amount_minor ?? body.paid_minor, note: body.note, by,
    is_withdrawn: isWithdrawn, is_unsent: isUnsent,
  };
}

function historyOf(pulled: PhoneCase, deeds: readonly Deed[], by: string): ShownHistory[] {
  const withdrawn = withdrawnIds(deeds);
  const known = new Set(pulled.history.map((line) => line.id));
  const mine = deeds.flatMap((deed): ShownHistory[] => {
    const { act } = deed;
    if (deed.state === 'refused' || (act.kind !== 'visit.record' && act.kind !== 'call.record') || known.has(act.body.id)) return [];
    const kind = act.kind === 'visit.record' ? 'visit' : 'call';
    return [lineOf(kind, act.body, { by, isWithdrawn: withdrawn.has(act.body.id), isUnsent: isOnItsWay(deed) })];
  });
  const told = pulled.history.map((line) => ({ ...line, is_withdrawn: line.is_withdrawn || withdrawn.has(line.id), is_unsent: false }));
  return [...mine, ...told].toSorted((one, other) => Date.parse(other.at) - Date.parse(one.at));
}

function promisesOf(pulled: PhoneCase, deeds: readonly Deed[]): PhonePromise[] {
  const withdrawn = withdrawnIds(deeds);
  const known = new Set(pulled.promises.map((promise) => promise.id));
  const mine = deeds.flatMap(({ act, state, occurred_at }): PhonePromise[] => {
    if (state === 'refused' || (act.kind !== 'visit.record' && act.kind !== 'call.record')) return [];
    const { promise } = act.body;
    if (promise === null || known.has(promise.id) || withdrawn.has(act.body.id)) return [];
    return [{ id: promise.id, amount_minor: promise.amount_minor, due_on: promise.due_on, state: 'open', made_at: occurred_at }];
  });
  return [...mine.toReversed(), ...pulled.promises];
}

function factsOf(pulled: PhoneCase, deeds: readonly Deed[], pulledAt: string): Record<string, ShownFact> {
  const shown: Record<string, ShownFact> = {};
  for (const [field, fact] of Object.entries(pulled.facts) as [string, FactValue][]) {
    shown[field] = { value: fact.value, version: fact.version, edited_by: fact.edited_by, mine: undefined };
  }
  for (const deed of deeds) {
    const { act, state } = deed;
    if (act.kind !== 'case.edit' || state === 'refused' || state === 'aside') continue;
    const { field, value, base_version } = act.body;
    const told = shown[field] ?? { value: '', version: 0, edited_by: '', mine: undefined };
    const isTheirsTold = told.version > base_version;
    if (state === 'conflict') shown[field] = { ...told, mine: { value, state: 'conflict', isTheirsTold } };
    else if (isOnItsWay(deed)) shown[field] = { ...told, mine: { value, state: 'unsent', isTheirsTold } };
    else if (isAhead(deed, pulledAt)) shown[field] = { ...told, value, version: told.version + 1, mine: undefined };
  }
  return shown;
}

/** One case with everything done on this phone laid over it. */
export function foldCase(pulled: PhoneCase, deeds: readonly Deed[], { pulledAt, by }: { pulledAt: string; by: string }): ShownCase {
  return {
    ...pulled,
    history: historyOf(pulled, deeds, by),
    promises: promisesOf(pulled, deeds),
    facts: factsOf(pulled, deeds, pulledAt),
    revealed: new Set(deeds.flatMap(({ act }) => (act.kind === 'contact.reveal' ? [act.body.contact_point_id] : []))),
  };
}

export interface ShownStop extends PhoneStop {
  readonly is_unsent: boolean;
}

/** The named stops first, in that order, then the rest: as the server does it. */
function reordered(stops: readonly ShownStop[], wished: readonly string[]): ShownStop[] {
  const byId = new Map(stops.map((stop) => [stop.id, stop]));
  const first = [...new Set(wished)].flatMap((id) => byId.get(id) ?? []);
  const chosen = new Set(first.map((stop) => stop.id));
  return [...first, ...stops.filter((stop) => !chosen.has(stop.id))];
}

/** The stops of the day in their order, with skips, visits and the collector's own order laid over the plan. */
export function foldPlan(plan: PhonePlan, pulledAt: string, deeds: readonly Deed[]): ShownStop[] {
  const withdrawn = withdrawnIds(deeds);
  let stops = plan.stops.toSorted((one, other) => one.position - other.position).map((stop): ShownStop => ({ ...stop, is_unsent: false }));
  const change = (id: string, changes: Partial<ShownStop>): void => {
    stops = stops.map((stop) => (stop.id === id ? { ...stop, ...changes } : stop));
  };
  for (const deed of deeds) {
    if (!isAhead(deed, pulledAt)) continue;
    const { act } = deed;
    const is_unsent = isOnItsWay(deed);
    if (act.kind === 'stop.skip') change(act.body.stop_id, { state: 'skipped', skip_reason: act.body.reason, is_unsent });
    if (act.kind === 'stop.restore') change(act.body.stop_id, { state: 'planned', skip_reason: null, is_unsent });
    if (act.kind === 'stops.reorder' && act.body.plan_id === plan.id) stops = reordered(stops, act.body.stop_ids);
    if (act.kind === 'visit.record' && act.body.stop_id !== null && !withdrawn.has(act.body.id)) change(act.body.stop_id, { state: 'done', is_unsent });
  }
  return stops;
}
