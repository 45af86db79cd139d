/** What time is it, for screens that say "in 20 minutes"? */

const EVERY_MS = 15_000;

let current = $state.raw(new Date());

export function now(): Date {
  return current;
}

export function startClock(): () => void {
  const timer = setInterval(() => { current = new Date(); }, EVERY_MS);
  const wake = (): void => { current = new Date(); };
  document.addEventListener('visibilitychange', wake);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', wake);
  };
}
