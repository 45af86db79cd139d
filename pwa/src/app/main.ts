/** The first line that runs: language, theme, router, who works here, then the shell. */
import '@/ui/tokens.css';
import '@/ui/base.css';

import { mount } from 'svelte';

import { startChanges } from './changes.svelte';
import { startClock } from './clock.svelte';
import { startPlaceReports } from './duty';
import { speak } from './i18n/i18n.svelte';
import { startIdleLock } from './idle';
import { startOwing } from './owing.svelte';
import { renewPush } from './pushing.svelte';
import { go, startRouter } from './router.svelte';
import { isSignedIn, startSession } from './session.svelte';
import Shell from './Shell.svelte';
import { startSyncing } from './syncing.svelte';
import { startTheme } from './theme.svelte';
import { guardScripts } from './trusted';
import { startUpdates } from './updates.svelte';

async function boot(): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) throw new Error('index.html has no #app');
  guardScripts();
  startTheme();
  startRouter();
  await Promise.all([speak(), startSession()]);
  startClock();
  startChanges();
  startOwing();
  mount(Shell, { target });
  startSyncing();
  startIdleLock();
  startPlaceReports();
  await startUpdates(go);
  if (isSignedIn()) await renewPush();
}

// Not awaited here: the screens are chunks that import this one, and would wait for its end.
boot().catch((error: unknown) => { reportError(error); });
