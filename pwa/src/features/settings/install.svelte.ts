/** Does the browser offer to install the app, and how is that accepted? */

/** Known to Chromium, not to the types. */
interface InstallOffer extends Event {
  readonly prompt: () => Promise<unknown>;
}

let offer = $state.raw<InstallOffer | undefined>(undefined);

addEventListener('beforeinstallprompt', (event) => {
  // Asked when the person wants it, not when the browser thinks of it.
  event.preventDefault();
  offer = event as InstallOffer;
});
addEventListener('appinstalled', () => { offer = undefined; });

export function canInstall(): boolean {
  return offer !== undefined;
}

export async function install(): Promise<void> {
  await offer?.prompt();
}
