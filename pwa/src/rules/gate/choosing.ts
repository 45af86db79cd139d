/** Which packs bind a situation? The twin of backend/compliance/choosing.py; whether a pack is well-formed the server checks. */
import type { AppliesWhen, DebtIs, HeldPack } from './packs';
import type { Debt, PackUsed, Situation } from './schemas';

/** The rules that always hold; not law of a place, so it is never listed among the packs. */
export const GENERAL = 'GEN';

const DEBT_FLAGS = ['family_debt', 'illegal', 'time_barred', 'transferred', 'notified'] as const;

/**
 * The packs that bind, sorted by name, GEN not among them; undefined when a name is unknown or none is in force.
 *
 * `on` is the local day of the person: of several editions the newest that is in force on it counts.
 */
export function chosenPacks(situation: Situation, packs: readonly HeldPack[], on: number): readonly HeldPack[] | undefined {
  if (situation.packs !== null) {
    const named = [...new Set(situation.packs)].toSorted().map((name) => editionOf(name, packs, on));
    const found = named.filter((held) => held !== undefined);
    return found.length < named.length ? undefined : found;
  }
  const places = new Set(packs.flatMap(({ pack }) => pack.applies_when.jurisdictions ?? []));
  const { jurisdiction } = situation;
  const place = jurisdiction !== null && places.has(jurisdiction) ? jurisdiction : undefined;
  const inForce = packs.filter(({ pack }) => pack.pack_id !== GENERAL && pack.status === 'in_force');
  const names = [...new Set(inForce.map(({ pack }) => pack.pack_id))].toSorted();
  const editions = names.flatMap((name) => editionOf(name, packs, on) ?? []).filter(({ pack }) => pack.status === 'in_force');
  const isOfPlace = place === undefined || editions.some(({ pack }) => pack.applies_when.jurisdictions?.includes(place));
  return isOfPlace ? editions.filter(({ pack }) => isFor(pack.applies_when, situation, place)) : undefined;
}

/** The newest edition of a pack in force on a day; of a draft the newest there is; undefined without one. */
function editionOf(name: string, packs: readonly HeldPack[], on: number): HeldPack | undefined {
  const editions = packs.filter(({ pack }) => pack.pack_id === name).toSorted(byAge);
  const inForce = editions.findLast(
    ({ pack }) => pack.status === 'in_force' && pack.effective_from <= on && (pack.effective_to === null || on < pack.effective_to),
  );
  return inForce ?? editions.findLast(({ pack }) => pack.status === 'draft');
}

function byAge({ pack: one }: HeldPack, { pack: other }: HeldPack): number {
  if (one.effective_from !== other.effective_from) return one.effective_from - other.effective_from;
  return Number(one.version > other.version) - Number(one.version < other.version);
}

function isFor(applies: AppliesWhen, situation: Situation, place: string | undefined): boolean {
  if (applies.person_kinds?.includes(situation.person.kind) === false) return false;
  if (place === undefined) return true;
  if (applies.jurisdictions?.includes(place) === false) return false;
  const asked = applies.debts_any;
  return asked === null || debtsOf(situation).some((debt) => debtIs(debt, asked, situation));
}

/** The debts that the action is about. */
export function debtsOf(situation: Situation): readonly Debt[] {
  const wanted = situation.action.debts;
  return wanted === null ? situation.debts : situation.debts.filter((debt) => wanted.includes(debt.id));
}

/** Whether one debt is what is asked for. */
export function debtIs(debt: Debt, asked: DebtIs, { collector }: Situation): boolean {
  const isElsewhere = debt.placed_with !== null && debt.placed_with !== (collector.id ?? collector.kind);
  return (
    asked.products?.includes(debt.product) !== false &&
    asked.lender_types?.includes(debt.lender_type) !== false &&
    (asked.placed_elsewhere === null || asked.placed_elsewhere === isElsewhere) &&
    DEBT_FLAGS.every((flag) => asked[flag] === null || asked[flag] === debt[flag])
  );
}

/** The packs as a verdict lists them. */
export function used(packs: readonly HeldPack[]): readonly PackUsed[] {
  return packs.map(({ pack, sha256 }) => ({ id: pack.pack_id, version: pack.version, sha256 }));
}
