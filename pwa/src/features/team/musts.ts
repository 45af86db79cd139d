/** Which cases must be visited on the day, and which of them is the plan without? */
import type { PlanView, Unplanned } from './plan_api';

export type Musts = ReadonlyMap<string, string>;

/** As many as the server takes. */
export const MUSTS_MAX = 500;

/** What a plan was asked to visit or was marked so since, with the names to show; the next plan begins with it. */
export function mustsOf(plan: PlanView | undefined): Musts {
  if (plan === undefined) return new Map();
  const asked = new Set(plan.must_case_ids);
  const stops = plan.stops.filter((stop) => stop.state === 'planned' && (stop.is_must || asked.has(stop.case_id)));
  const left = plan.unplanned.filter((one) => asked.has(one.case_id));
  return new Map([...stops, ...left].map((one) => [one.case_id, one.name]));
}

/** What the plan was asked to visit and could not, with the reasons. */
export function missedOf(plan: PlanView): readonly Unplanned[] {
  const asked = new Set(plan.must_case_ids);
  return plan.unplanned.filter((one) => asked.has(one.case_id));
}

export function withMust(musts: Musts, id: string, name: string): Musts {
  return musts.size >= MUSTS_MAX ? musts : new Map([...musts, [id, name]]);
}

export function withoutMust(musts: Musts, id: string): Musts {
  return new Map([...musts].filter(([one]) => one !== id));
}
