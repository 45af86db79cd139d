/** A record was just saved: for a few seconds it can be taken back, by a second fact that names it. */
import { toast } from '@/ui/toasts.svelte';

import { act } from './acting';
import { t } from './i18n/i18n.svelte';

/** As the server grants it, by the phone's own clock. */
const UNDO_WITHIN_MS = 5000;

export interface Undoable {
  readonly kind: 'visit' | 'call';
  readonly id: string;
  readonly case_id: string;
  /** The moment of saving, as the record says. */
  readonly saved_at: Date;
  readonly onundone: () => Promise<void>;
}

async function withdraw({ kind, id, case_id, saved_at, onundone }: Undoable): Promise<void> {
  const now = new Date();
  if (now.getTime() - saved_at.getTime() > UNDO_WITHIN_MS) {
    toast(t().visit.undoLate);
    return;
  }
  await act({ act: { kind: 'record.withdraw', body: { target_kind: kind, target_id: id } }, case_id }, now);
  toast(t().visit.undoDone);
  await onundone();
}

export function offerUndo(what: Undoable): void {
  toast(t().visit.savedTitle, {
    label: t().common.undo,
    act: () => { withdraw(what).catch((error: unknown) => { reportError(error); }); },
  });
}
