/** How does an image show bytes that lie on the phone? It gets an address of its own, and lets go of it with itself. */
import { photoBytes } from '@/store/photos';

import { store } from './session.svelte';

interface Kept {
  readonly sha256: string;
  readonly type: string;
}

/** For `use:` of an img or an audio: shows the kept bytes as soon as they are read. */
export function keptImage(shown: HTMLImageElement | HTMLAudioElement, { sha256, type }: Kept): { destroy: () => void } {
  let address: string | undefined;
  let isGone = false;
  photoBytes(store(), sha256).then((bytes) => {
    if (bytes === undefined || isGone) return;
    address = URL.createObjectURL(new Blob([bytes], { type }));
    shown.src = address;
  }, (error: unknown) => { reportError(error); });
  return {
    destroy: () => {
      isGone = true;
      if (address !== undefined) URL.revokeObjectURL(address);
    },
  };
}
