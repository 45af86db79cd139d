/** What was just done, and for a few seconds the way to take it back. */

export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly undo?: { readonly label: string; readonly act: () => void };
}

/** A little less than the 5 s in which a record may be withdrawn: what is offered must also be granted. */
export const UNDO_MS = 4600;
const PLAIN_MS = 3500;

const shown = $state<{ toasts: Toast[] }>({ toasts: [] });
let last = 0;

export function toasts(): readonly Toast[] {
  return shown.toasts;
}

export function dismiss(id: number): void {
  shown.toasts = shown.toasts.filter((toast) => toast.id !== id);
}

/** Shows a line for a moment; the newest stands lowest. */
export function toast(text: string, undo?: Toast['undo']): void {
  last += 1;
  const id = last;
  shown.toasts = [...shown.toasts, { id, text, ...(undo === undefined ? {} : { undo }) }];
  setTimeout(() => { dismiss(id); }, undo === undefined ? PLAIN_MS : UNDO_MS);
}
