/** Which cases does a lead mean, and what may be asked of the server? */
import type { CaseRow } from '@/api/office/cases';
import type { Point } from '@/api/types';

import type { AssignPreview, AssignWish } from './api';

export type Way = 'pick' | 'territory' | 'near';

export interface Choice {
  readonly way: Way;
  readonly chosen: ReadonlySet<string>;
  readonly territoryId: string | undefined;
  readonly area: readonly Point[];
  /** A person's id, 'nobody', or '' while none is chosen. */
  readonly target: string;
  readonly onlyUnassigned: boolean;
}

/** As many corners as make a shape. */
export const CORNERS_MIN = 3;

/** What the choice asks of the server; undefined while something is missing. An area counts before single cases. */
export function wishOf({ way, chosen, territoryId, area, target, onlyUnassigned }: Choice): AssignWish | undefined {
  if (target === '') return undefined;
  const nothing = { case_ids: null, territory_id: null, area: null };
  const to = { user_id: target === 'nobody' ? null : target, only_unassigned: onlyUnassigned };
  if (way === 'territory') return territoryId === undefined ? undefined : { ...nothing, territory_id: territoryId, ...to, reason: 'territory' };
  if (way === 'pick' && area.length >= CORNERS_MIN) return { ...nothing, area, ...to, reason: 'territory' };
  if (chosen.size === 0) return undefined;
  const reason = target === 'nobody' ? 'recall' : way === 'near' ? 'proximity' : 'manual';
  return { ...nothing, case_ids: [...chosen].toSorted(), ...to, reason };
}

/** A set with the id put in or taken out. */
export function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

export function isFitting(row: CaseRow, { search, holder }: { search: string; holder: string }): boolean {
  const text = search.trim().toLowerCase();
  const isFound = text === '' || row.name.toLowerCase().includes(text) || row.number.toLowerCase().startsWith(text);
  const isHeld = holder === '' || (holder === 'nobody' ? row.assignee_id === null : row.assignee_id === holder);
  return isFound && isHeld;
}

/** How often each warning stands on a changing line, the most frequent first. */
export function warningsOf(preview: AssignPreview): readonly (readonly [code: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const line of preview.lines) for (const code of line.is_change ? line.warnings : []) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one);
}
