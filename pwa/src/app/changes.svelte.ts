/** Has `sync` written something since? One number that rises, at most four times a second. */
import { onChanged } from '@/sync/changed';

const AT_MOST_EVERY_MS = 250;

const seen = $state({ version: 0 });
let isWaiting = false;

/** The number to depend on. */
export function changes(): number {
  return seen.version;
}

export function startChanges(): () => void {
  return onChanged(() => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(() => {
      isWaiting = false;
      seen.version += 1;
    }, AT_MOST_EVERY_MS);
  });
}
