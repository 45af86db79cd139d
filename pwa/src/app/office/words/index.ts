/** What do the screens at desks say? Both languages in one chunk, which no phone in the field loads. */
import { lang } from '../../i18n/i18n.svelte';
import { words as en, type Words } from './en/index';
import { words as zh } from './zh/index';

export type { Words };

/** The words of the language now spoken. */
export function o(): Words {
  return lang() === 'en' ? en : zh;
}
