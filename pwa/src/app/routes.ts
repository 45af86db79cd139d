/** Which path shows which screen? Each screen is a chunk of its own, loaded when first opened. */
import type { Component } from 'svelte';

import type { Params, Route } from './router.svelte';

/** A screen gets the values of its path and nothing else; it reads the local store. */
export type Screen = Component<{ params: Params }>;
/** A screen whose path has no values declares no props; Svelte then ignores what it is given. */
export type Loader = () => Promise<{ default: Screen | Component }>;

const development: readonly Route<Loader>[] =
  import.meta.env.DEV || import.meta.env.MODE === 'gallery'
    ? [{ pattern: '/dev/gallery', page: () => import('./gallery/Gallery.svelte') }]
    : [];

export const routes: readonly Route<Loader>[] = [...development];
