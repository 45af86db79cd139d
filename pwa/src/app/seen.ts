/** What do several screens read of the store? Cases and plan with everything done on this phone laid over them. */
import { foldCase, foldPlan, type Deed, type ShownCase, type ShownStop } from '@/rules/fold';
import { headsOf, leavingReason, pulledCase } from '@/store/cases';
import type { Store } from '@/store/database';
import { metaOf } from '@/store/meta';
import { allDone, doneOn, type Done } from '@/store/outbox';
import { newestPlan } from '@/store/plans';
import type { CaseHead } from '@/store/schema';
import { dayIn } from '@/lib/dates';

export function deedsOf(done: readonly Done[]): Deed[] {
  return done.map(({ row, act }) => ({ id: row.id, state: row.state, occurred_at: row.occurred_at, answered_at: row.answered_at, act }));
}

/** The case as it is to be shown; undefined when it is not on this phone. */
export async function seenCase(store: Store, id: string, by: string): Promise<(ShownCase & { readonly leaving: string | undefined }) | undefined> {
  const [pulled, done, pulledAt, leaving] = await Promise.all([
    pulledCase(store, id), doneOn(store, id), metaOf(store, 'pulled_at'), leavingReason(store, id),
  ]);
  if (pulled === undefined) return undefined;
  const shown = foldCase(pulled, deedsOf(done), { pulledAt: pulledAt ?? '', by });
  return { ...shown, leaving };
}

export interface SeenPlan {
  readonly id: string;
  readonly day: string;
  readonly stops: readonly ShownStop[];
  readonly heads: ReadonlyMap<string, CaseHead>;
}

/** The plan of the newest day with the heads of its cases; undefined when no plan is here. */
export async function seenPlan(store: Store): Promise<SeenPlan | undefined> {
  const [kept, done] = await Promise.all([newestPlan(store), allDone(store)]);
  if (kept === undefined) return undefined;
  const stops = foldPlan(kept.plan, kept.pulled_at, deedsOf(done));
  const heads = await headsOf(store, stops.map((stop) => stop.case_id));
  return { id: kept.plan.id, day: kept.plan.day, stops, heads: new Map(heads.map((head) => [head.id, head])) };
}

/** What clients paid to this collector on a local day, by currency, as recorded here. */
export async function paidOn(store: Store, day: string, zone: string): Promise<ReadonlyMap<string, number>> {
  const deeds = deedsOf(await allDone(store));
  const withdrawn = new Set(deeds.flatMap(({ act }) => (act.kind === 'record.withdraw' ? [act.body.target_id] : [])));
  const paid = deeds.flatMap(({ act, state, occurred_at }) => {
    if (act.kind !== 'visit.record' && act.kind !== 'call.record') return [];
    const counts = state !== 'refused' && !withdrawn.has(act.body.id) && dayIn(new Date(occurred_at), zone) === day;
    return counts && act.body.paid_minor !== null ? [{ case_id: act.body.case_id, amount: act.body.paid_minor }] : [];
  });
  const heads = new Map((await headsOf(store, paid.map(({ case_id }) => case_id))).map((head) => [head.id, head.currency]));
  const sums = new Map<string, number>();
  for (const { case_id, amount } of paid) {
    const currency = heads.get(case_id);
    if (currency !== undefined) sums.set(currency, (sums.get(currency) ?? 0) + amount);
  }
  return sums;
}
