/**
 * What does the person see? What the server last told, and on top what was done on this phone since.
 *
 * A mutation is folded in until a pull after its acceptance has brought its effect; a refused one is not.
 */
import type { Act, CallRecord, FactEdit, FactValue, PhoneCase, PhoneHistory, PhonePlan, PhonePromise, PhoneStop, VisitRecord } from '@/api/types';

import { headsOf, othersOf, seenIds, type KnownEdit } from './facts';

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

/** One value that stands for a fact. */
export interface ShownValue {
  readonly id: string;
  readonly value: string;
  readonly by: string;
  readonly at: string;
  readonly is_mine: boolean;
  /** Only on this phone so far. */
  readonly is_unsent: boolean;
}

export interface ShownFact {
  readonly shown: ShownValue;
  /** Further values that stand: an open conflict. */
  readonly others: readonly ShownValue[];
  /** An edit of mine crossed somebody's, whose value the next pull brings. */
  readonly is_awaited: boolean;
  /** The latest edits, newest first, those that stand included. */
  readonly history: readonly ShownValue[];
  /** What an edit names that is made on top of this. */
  readonly base: Pick<FactEdit, 'base_ids' | 'base_version'>;
}

/** What an edit names of a fact that nobody wrote yet. */
export const NOTHING_SEEN: ShownFact['base'] = { base_ids: [], base_version: null };

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
  return (deed.state === 'accepted' || deed.state === 'conflict') && (deed.answered_at ?? '') >= pulledAt;
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

interface LaidEdit extends ShownValue, KnownEdit {}

interface Edited {
  readonly deed: Deed;
  readonly body: FactEdit;
}

/** Stands for all that the server had when an older version of the app pulled, which knew no ids. */
const versionId = (version: number): string => `version ${String(version)}`;

function laid({ deed, body }: Edited, by: string): LaidEdit {
  const base_ids = [...(body.base_ids ?? []), ...(body.base_version === null ? [] : [versionId(body.base_version)])];
  return { id: deed.id, value: body.value, by, at: deed.occurred_at, is_mine: true, is_unsent: isOnItsWay(deed), base_ids };
}

function told(fact: FactValue, mine: ReadonlySet<string>): LaidEdit[] {
  const shown = { id: fact.id ?? versionId(fact.version), value: fact.value, by: fact.edited_by, at: fact.edited_at };
  return [shown, ...(fact.others ?? [])].map((line) => ({ ...line, is_mine: mine.has(line.id), is_unsent: false, base_ids: [] }));
}

function factOf(fact: FactValue | undefined, edits: readonly Edited[], { pulledAt, by }: { pulledAt: string; by: string }): ShownFact | undefined {
  const mine = new Set(edits.map(({ deed }) => deed.id));
  const ahead = edits.filter(({ deed }) => isAhead(deed, pulledAt));
  const own = ahead.map((edit) => laid(edit, by));
  const heads = headsOf([...(fact === undefined ? [] : told(fact, mine)), ...own]);
  const [shown] = heads;
  if (shown === undefined) return undefined;
  const others = othersOf(heads);
  const lines = new Map([...own.toReversed(), ...(fact?.history ?? []).map((line) => ({ ...line, is_mine: mine.has(line.id), is_unsent: false }))].map((line) => [line.id, line]));
  const base_ids = seenIds(fact?.heads ?? [], edits.map(({ deed }) => deed.id));
  return {
    shown, others, history: [...lines.values()],
    is_awaited: others.length === 0 && ahead.some(({ deed }) => deed.state === 'conflict'),
    base: { base_ids, base_version: fact === undefined || fact.heads !== undefined ? null : fact.version },
  };
}

function factsOf(pulled: PhoneCase, deeds: readonly Deed[], seen: { pulledAt: string; by: string }): Record<string, ShownFact> {
  const edits = new Map<string, Edited[]>();
  for (const deed of deeds) {
    const { act } = deed;
    if (act.kind === 'case.edit') edits.set(act.body.field, [...(edits.get(act.body.field) ?? []), { deed, body: act.body }]);
  }
  const fields = new Set([...Object.keys(pulled.facts), ...edits.keys()]);
  return Object.fromEntries([...fields].flatMap((field) => {
    const fact = factOf(pulled.facts[field], edits.get(field) ?? [], seen);
    return fact === undefined ? [] : [[field, fact] as const];
  }));
}

/** One case with everything done on this phone laid over it. */
export function foldCase(pulled: PhoneCase, deeds: readonly Deed[], { pulledAt, by }: { pulledAt: string; by: string }): ShownCase {
  return {
    ...pulled,
    history: historyOf(pulled, deeds, by),
    promises: promisesOf(pulled, deeds),
    facts: factsOf(pulled, deeds, { pulledAt, by }),
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
