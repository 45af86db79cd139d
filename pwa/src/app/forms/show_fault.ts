/** Where on the screen is what still has to be said? */
import { tick } from 'svelte';

/** Brings the first field with an error into view and puts the cursor there. */
export async function showFault(): Promise<void> {
  await tick();
  const field = document.querySelector('[aria-invalid="true"]');
  if (!(field instanceof HTMLElement)) return;
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: 'center' });
}
