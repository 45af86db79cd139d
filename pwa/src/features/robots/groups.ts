/** How do two groups stand beside each other, and how far may one believe it? Shares in permille with an interval. */
import type { Campaign, Group } from './api';

export type Measure = 'contacts' | 'promises' | 'paying';

export const MEASURES: readonly Measure[] = ['contacts', 'promises', 'paying'];

export interface Share {
  readonly permille: number;
  readonly low: number;
  readonly high: number;
}

const Z = 1.96;

/** The share of a count with the interval of Wilson (95 %); undefined for a group without cases. */
export function shareOf(count: number, cases: number): Share | undefined {
  if (cases === 0) return undefined;
  const share = count / cases;
  const middle = (share + (Z * Z) / (2 * cases)) / (1 + (Z * Z) / cases);
  const half = (Z / (1 + (Z * Z) / cases)) * Math.sqrt((share * (1 - share)) / cases + (Z * Z) / (4 * cases * cases));
  const bound = (value: number): number => Math.round(1000 * Math.min(1, Math.max(0, value)));
  return { permille: Math.round(1000 * share), low: bound(middle - half), high: bound(middle + half) };
}

export interface Row {
  readonly measure: Measure;
  readonly called: Share | undefined;
  readonly heldOut: Share | undefined;
  /** Whether the two intervals lie apart; only then does the screen speak of a difference. */
  readonly differs: boolean;
}

export function rowsOf(campaign: Pick<Campaign, 'called' | 'held_out'>): Row[] {
  const share = (group: Group, measure: Measure): Share | undefined => shareOf(group[measure], group.cases);
  return MEASURES.map((measure) => {
    const called = share(campaign.called, measure);
    const heldOut = share(campaign.held_out, measure);
    const differs = called !== undefined && heldOut !== undefined && (called.low > heldOut.high || called.high < heldOut.low);
    return { measure, called, heldOut, differs };
  });
}
