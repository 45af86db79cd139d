/** How do open pages learn that something was written, here, in another tab or in the service worker? */

const CHANNEL = 'rounds-changed';

/** Tells every page of this site, the calling one included. */
export function tellChanged(): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage('changed');
  channel.close();
}

/** Calls back after each change; returns how to stop. */
export function onChanged(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.addEventListener('message', listener);
  return () => { channel.close(); };
}
