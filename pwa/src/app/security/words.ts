/** What do the screens about signing in say? Both languages in one chunk, loaded when somebody needs it. */
import { lang } from '../i18n/i18n.svelte';
import { words as en, type Words } from './en';
import { words as zh } from './zh';

/** The words of the language now spoken. */
export function s(): Words {
  return lang() === 'en' ? en : zh;
}
