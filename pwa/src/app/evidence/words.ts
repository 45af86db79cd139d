/** What do screens about evidence say? Both languages in one chunk, which the first screen of a phone does not load. */
import { lang } from '../i18n/i18n.svelte';
import { words as en, type Words } from './en';
import { words as zh } from './zh';

export type { Words };

/** The words of the language now spoken. */
export function e(): Words {
  return lang() === 'en' ? en : zh;
}
