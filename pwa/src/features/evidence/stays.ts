/** How long was each step of the form open? From the times at which they were entered. */
import type { FormLog } from '@/api/types';

export interface Stay {
  readonly step: string;
  readonly ms: number;
  readonly changes: number;
}

/** In the order in which they were; the last one ends when the visit was saved. */
export function staysOf({ steps, saved_ms }: FormLog): Stay[] {
  return steps.map(({ step, entered_ms, changes }, index) => ({ step, changes, ms: Math.max(0, (steps[index + 1]?.entered_ms ?? saved_ms) - entered_ms) }));
}
