/** Which path shows which screen? Each screen is a chunk of its own, loaded when first opened. */
import type { Component } from 'svelte';

import type { Params, Route } from './router.svelte';

/** A screen gets the values of its path and nothing else; it reads the local store. */
export type Screen = Component<{ params: Params }>;

export interface Page {
  /** A screen whose path has no values declares no props; Svelte then ignores what it is given. */
  readonly load: () => Promise<{ default: Screen | Component }>;
  /** Whether it may be seen before signing in. */
  readonly isOpen?: true;
  /** Whether it takes the whole width: screens of desks, which ask the server and keep nothing here. */
  readonly isWide?: true;
  /** Whether it says nothing that lies sealed on the phone, so that a desk without a lock may see it. */
  readonly isPlain?: true;
}

export const signInRoute: Page = { load: () => import('@/features/login/Login.svelte'), isOpen: true };

export const lockRoute: Page = { load: () => import('@/features/lock/Lock.svelte'), isOpen: true };
export const makeLockRoute: Page = { load: () => import('@/features/lock/MakeLock.svelte'), isOpen: true };

const development: readonly Route<Page>[] =
  import.meta.env.DEV || import.meta.env.MODE === 'gallery'
    ? [{ pattern: '/dev/gallery', page: { load: () => import('./gallery/Gallery.svelte'), isOpen: true } }]
    : [];

/** The paths that show the tab bar. */
export const TAB_PATHS: readonly string[] = ['/', '/cases', '/inbox', '/me'];

export const routes: readonly Route<Page>[] = [
  { pattern: '/', page: { load: () => import('@/features/today/Today.svelte') } },
  { pattern: '/login', page: signInRoute },
  { pattern: '/login/step', page: signInRoute },
  { pattern: '/enter/company', page: { load: () => import('@/features/login/Company.svelte'), isOpen: true } },
  { pattern: '/enter', page: { load: () => import('@/features/login/Enter.svelte'), isOpen: true } },
  { pattern: '/cases', page: { load: () => import('@/features/cases/Cases.svelte') } },
  { pattern: '/cases/:id', page: { load: () => import('@/features/cases/Case.svelte') } },
  { pattern: '/cases/:id/visit', page: { load: () => import('@/features/visits/Visit.svelte') } },
  { pattern: '/cases/:id/call', page: { load: () => import('@/features/calls/Call.svelte') } },
  { pattern: '/sync', page: { load: () => import('@/features/outbox/Outbox.svelte') } },
  { pattern: '/sync/:id', page: { load: () => import('@/features/outbox/Item.svelte') } },
  { pattern: '/inbox', page: { load: () => import('@/features/inbox/Inbox.svelte') } },
  { pattern: '/questions', page: { load: () => import('@/features/evidence/Questions.svelte') } },
  { pattern: '/me', page: { load: () => import('@/features/settings/Me.svelte'), isPlain: true } },
  { pattern: '/me/security', page: { load: () => import('@/features/login/Security.svelte'), isPlain: true } },
  { pattern: '/me/pin', page: { load: () => import('@/features/lock/ChangePin.svelte'), isPlain: true } },
  { pattern: '/team', page: { load: () => import('@/features/team/Team.svelte'), isWide: true } },
  { pattern: '/desk', page: { load: () => import('@/features/desk/Desk.svelte'), isWide: true } },
  { pattern: '/evidence', page: { load: () => import('@/features/evidence/Evidence.svelte'), isWide: true } },
  { pattern: '/robots', page: { load: () => import('@/features/robots/Robots.svelte'), isWide: true } },
  { pattern: '/quality', page: { load: () => import('@/features/quality/Quality.svelte'), isWide: true } },
  { pattern: '/law', page: { load: () => import('@/features/law/Law.svelte'), isWide: true } },
  { pattern: '/law/:tab', page: { load: () => import('@/features/law/Law.svelte'), isWide: true } },
  { pattern: '/law/:tab/:id', page: { load: () => import('@/features/law/Law.svelte'), isWide: true } },
  { pattern: '/people', page: { load: () => import('@/features/login/People.svelte'), isPlain: true } },
  { pattern: '/imports', page: { load: () => import('@/features/imports/Imports.svelte'), isWide: true } },
  ...development,
];
