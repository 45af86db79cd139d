/** The first line that runs: language, theme, router, then the shell. */
import '@/ui/tokens.css';
import '@/ui/base.css';

import { mount } from 'svelte';

import { speak } from './i18n/i18n.svelte';
import { startRouter } from './router.svelte';
import Shell from './Shell.svelte';
import { startTheme } from './theme.svelte';
import { guardScripts } from './trusted';
import { startUpdates } from './updates.svelte';

async function boot(): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) throw new Error('index.html has no #app');
  guardScripts();
  startTheme();
  startRouter();
  await speak();
  mount(Shell, { target });
  await startUpdates();
}

await boot();
