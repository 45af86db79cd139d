/** What does the contact gate say? Both languages in one chunk, loaded with the first screen that judges. */
import { lang } from '../i18n/i18n.svelte';
import { words as en, type Words } from './en';
import { words as zh } from './zh';

/** The words of the language now spoken. */
export function g(): Words {
  return lang() === 'en' ? en : zh;
}
