/**
 * In which language does the app speak, and what does it say?
 *
 * Messages are plain typed objects: the compiler proves that both languages say the same things, a phone loads only the
 * one it speaks, and both lie in the offline store, so that the switch works without network.
 */
import type { Messages } from './en/index';

export type Lang = 'zh-CN' | 'en';
export type { Messages };

const KEPT_AS = 'rounds.lang';

const loaders: Record<Lang, () => Promise<{ messages: Messages }>> = {
  en: () => import('./en/index'),
  'zh-CN': () => import('./zh/index'),
};

const spoken = $state<{ lang: Lang; messages: Messages | undefined }>({ lang: 'zh-CN', messages: undefined });

/** The language chosen before, else the first of the browser's that we speak, else Chinese. */
export function preferredLang(kept: string | null, offered: readonly string[]): Lang {
  if (kept === 'en' || kept === 'zh-CN') return kept;
  for (const tag of offered) {
    if (tag.toLowerCase().startsWith('zh')) return 'zh-CN';
    if (tag.toLowerCase().startsWith('en')) return 'en';
  }
  return 'zh-CN';
}

/** Loads and speaks a language; without argument the preferred one. */
export async function speak(lang: Lang = preferredLang(localStorage.getItem(KEPT_AS), navigator.languages)): Promise<void> {
  const { messages } = await loaders[lang]();
  spoken.messages = messages;
  spoken.lang = lang;
  document.documentElement.lang = lang;
  document.querySelector('link[rel=manifest]')?.setAttribute('href', `/manifest.${lang}.webmanifest`);
}

/** Speaks a language and keeps the choice on this device. */
export async function chooseLang(lang: Lang): Promise<void> {
  localStorage.setItem(KEPT_AS, lang);
  await speak(lang);
}

/** The messages of the language now spoken. */
export function t(): Messages {
  if (spoken.messages === undefined) throw new Error('no language has been loaded yet');
  return spoken.messages;
}

export function lang(): Lang {
  return spoken.lang;
}
