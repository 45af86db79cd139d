/**
 * Which script addresses may this app start at all?
 *
 * Trusted Types guards `new Worker` and `serviceWorker.register` as it guards `innerHTML`. The default policy lets our
 * own built files through and refuses everything else; it knows no way to make HTML, so every string that would become
 * HTML stays refused. It is the default one because MapLibre starts its worker from a plain string.
 */

const OWN_SCRIPT = /^\/(sw\.js|assets\/[\w.-]+\.m?js)$/;
/** While developing, Vite serves workers from the source tree. */
const DEVELOPMENT_SCRIPT = /^\/(src|node_modules|@fs)\//;

/** The address when it is one of our scripts; throws otherwise. */
export function ownScript(address: string, { origin, isDevelopment }: { origin: string; isDevelopment: boolean }): string {
  const url = new URL(address, origin);
  const isOwn = OWN_SCRIPT.test(url.pathname) || (isDevelopment && DEVELOPMENT_SCRIPT.test(url.pathname));
  if (url.origin !== origin || !isOwn) throw new TypeError(`not one of our scripts: ${address}`);
  return address;
}

/** Puts the policy in place; before the first worker is started. Browsers without Trusted Types need none. */
export function guardScripts(): void {
  window.trustedTypes?.createPolicy('default', {
    createScriptURL: (address) => ownScript(address, { origin: location.origin, isDevelopment: import.meta.env.DEV }),
  });
}
