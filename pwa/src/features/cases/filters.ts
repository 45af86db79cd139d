/** Which cases does a chip leave, and what stands in the time line? */
import type { ShownHistory } from '@/rules/fold';
import type { CaseHead } from '@/store/schema';

export type Filter = 'promise' | 'untouched' | 'late';

const LATE_DAYS = 90;

/** Whether the case passes the filter; `today` is the local day of the collector. */
export function passes(head: CaseHead, filter: Filter, today: string): boolean {
  switch (filter) {
    case 'promise': return head.promise_due_on !== null && head.promise_due_on <= today;
    case 'untouched': return head.last_attempt_at === null;
    case 'late': return head.days_past_due > LATE_DAYS;
  }
}

export type HistoryFilter = 'all' | 'visits' | 'calls' | 'money';

export function isShown(line: ShownHistory, filter: HistoryFilter): boolean {
  switch (filter) {
    case 'all': return true;
    case 'visits': return line.kind === 'visit';
    case 'calls': return line.kind === 'call';
    case 'money': return line.kind === 'payment' || line.kind === 'promise' || line.amount_minor !== null;
  }
}
