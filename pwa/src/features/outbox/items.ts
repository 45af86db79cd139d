/** On which shelf does a thing stand, and may the phone be put away? */
import type { Done } from '@/store/outbox';
import type { PhotoRow } from '@/store/schema';

export interface Shelves {
  readonly here: readonly Done[];
  readonly way: readonly Done[];
  readonly needs: readonly Done[];
  readonly server: readonly Done[];
  readonly aside: readonly Done[];
  readonly photos: readonly PhotoRow[];
  /** What cameras gave and what follows when the network costs nothing: the phone may be put away without it. */
  readonly originals: readonly PhotoRow[];
}

/** Newest first on each shelf; photos that have not arrived stand with what is only here. */
export function shelves(done: readonly Done[], photos: readonly PhotoRow[]): Shelves {
  const newest = done.toReversed();
  const inState = (...states: Done['row']['state'][]): Done[] => newest.filter(({ row }) => states.includes(row.state));
  return {
    here: inState('saved'), way: inState('sending'), needs: inState('refused', 'conflict'), server: inState('accepted'), aside: inState('aside'),
    photos: photos.filter((photo) => photo.state === 'waiting' || (photo.state === 'refused' && photo.part !== 'original')),
    originals: photos.filter((photo) => photo.state === 'later'),
  };
}

/** How many things are nowhere but here. */
export function onlyHere({ here, way, photos }: Shelves): number {
  return here.length + way.length + photos.filter((photo) => photo.state === 'waiting').length;
}
