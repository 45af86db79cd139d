/** Which meaning has a state of the law? A word always stands beside the colour. */
import type { Tone } from '@/ui/tone';

export const DECISION_TONES: Readonly<Record<'ALLOW' | 'BLOCK' | 'REVIEW', Tone>> = { ALLOW: 'paid', BLOCK: 'overdue', REVIEW: 'due' };

export const EXCEPTION_TONES: Readonly<Record<'open' | 'explained' | 'upheld', Tone>> = { open: 'due', explained: 'neutral', upheld: 'overdue' };

/** How urgent a date is: over, inside thirty days, inside ninety, later. */
export function urgencyOf(daysLeft: number, isOver: boolean): Tone {
  if (isOver || daysLeft < 0) return 'overdue';
  if (daysLeft <= 30) return 'overdue';
  return daysLeft <= 90 ? 'due' : 'neutral';
}
