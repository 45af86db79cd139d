/** Has something been written since, here, in another tab or in the service worker? One number that rises. */
import { onChanged } from '@/store/changed';

/** Often enough for the eye; a prime of thousands of cases must not redraw the screen for each page. */
const AT_MOST_EVERY_MS = 250;

const seen = $state({ version: 0 });
let lastMs = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The number to depend on. */
export function changes(): number {
  return seen.version;
}

function rise(): void {
  timer = undefined;
  lastMs = performance.now();
  seen.version += 1;
}

/** Follows the notes of the store; returns how to stop. The first of many changes shows at once. */
export function startChanges(): () => void {
  return onChanged(() => {
    timer ??= setTimeout(rise, Math.max(0, lastMs + AT_MOST_EVERY_MS - performance.now()));
  });
}
