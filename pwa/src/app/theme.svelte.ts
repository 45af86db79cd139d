/** How does the app look on this device: as the system says, light, dark, or for sunlight? */

export const THEMES = ['system', 'light', 'dark', 'outdoors'] as const;
export type Theme = (typeof THEMES)[number];

const KEPT_AS = 'rounds.theme';

const shown = $state<{ theme: Theme }>({ theme: 'system' });

function isTheme(value: string | null): value is Theme {
  return THEMES.some((theme) => theme === value);
}

export function theme(): Theme {
  return shown.theme;
}

/** Shows a theme now, without keeping it. */
export function showTheme(wanted: Theme): void {
  shown.theme = wanted;
  if (wanted === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = wanted;
}

/** Shows the theme kept on this device. */
export function startTheme(): void {
  const kept = localStorage.getItem(KEPT_AS);
  showTheme(isTheme(kept) ? kept : 'system');
}

/** Shows a theme and keeps the choice on this device. */
export function chooseTheme(wanted: Theme): void {
  localStorage.setItem(KEPT_AS, wanted);
  showTheme(wanted);
}
