/**
 * What does a text say once width, blanks, fillers and traditional characters are out of the way? The twin of
 * backend/compliance/plain_text.py. Places are counted as JavaScript counts them, in units of UTF-16.
 */

export interface Reading {
  readonly dropped: string;
  readonly fillers: string;
  readonly blanks: string;
  readonly folded: Readonly<Record<string, string>>;
  readonly sentence_ends: string;
  readonly clause_ends: string;
  readonly titles: readonly string[];
  readonly numerals: string;
  readonly money_before: readonly string[];
  readonly money_after: readonly string[];
  readonly no_money_when: Readonly<Record<string, string>>;
  readonly phone_digits_min: number;
  readonly phone_digits_max: number;
  readonly premium_starts: readonly string[];
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

export type Span = readonly [start: number, end: number];

/** `origin[i]` is where character i stood; `sentence[i]` counts sentences. */
export interface Plain {
  readonly text: string;
  readonly origin: readonly number[];
  readonly sentence: readonly number[];
}

const FULL_WIDTH_SHIFT = 0xfee0;
const PHONE_CHARACTERS = '0123456789+-() ';
const FIELD_LENGTH_MAX = 40;
const TITLE_LENGTH_MAX = 4;
const MONEY_LENGTH_MAX = 8;

const isDigit = (character: string): boolean => character >= '0' && character <= '9';
const isLetter = (character: string): boolean => character >= 'a' && character <= 'z';
const isChinese = (character: string): boolean => character >= '\u4e00' && character <= '\u9fff';

/** Whether a character goes on with a word that is written in letters. */
export const isWordCharacter = (character: string): boolean => isLetter(character) || isDigit(character);

/** Where a span of the plain text stood. */
export function placeOf(plain: Plain, [start, end]: Span): Span {
  return [plain.origin[start] ?? 0, (plain.origin[end - 1] ?? 0) + 1];
}

function folded(character: string, reading: Reading, traditional: ReadonlyMap<string, string>): string {
  if (character >= '\uff01' && character <= '\uff5e') character = String.fromCharCode(character.charCodeAt(0) - FULL_WIDTH_SHIFT);
  else if (reading.blanks.includes(character) || character === '\u3000') return ' ';
  const single = Object.hasOwn(reading.folded, character) ? (reading.folded[character] ?? character) : character;
  if (single >= 'A' && single <= 'Z') return single.toLowerCase();
  return traditional.get(single) ?? single;
}

/** What is left of a run of fillers: nothing inside a Chinese word, one blank for several, a line's end. */
function kept(run: readonly string[], before: string, after: string): (readonly [number, string])[] {
  if (run.includes('\n')) {
    const isWrapped = run.indexOf('\n') === run.lastIndexOf('\n') && (before === ',' || isWordCharacter(before)) && isLetter(after);
    return [[run.indexOf('\n'), isWrapped ? ' ' : '\n']];
  }
  if (isChinese(before) && isChinese(after)) return [];
  return run.flatMap((one, offset) => (one !== ' ' || offset === 0 || run[offset - 1] !== ' ' ? [[offset, one] as const] : []));
}

/** A text without what hides words: width, case, blanks and fillers between Chinese characters. */
export function plainOf(written: string, reading: Reading, traditional: ReadonlyMap<string, string>): Plain {
  const characters: string[] = [];
  const places: number[] = [];
  for (let place = 0; place < written.length; place += 1) {
    const character = written.charAt(place);
    if (reading.dropped.includes(character)) continue;
    characters.push(folded(character, reading, traditional));
    places.push(place);
  }
  const out: string[] = [];
  const origin: number[] = [];
  const isFiller = (character: string | undefined): boolean => character !== undefined && (reading.fillers.includes(character) || character === '\n');
  for (let at = 0; at < characters.length; ) {
    let run = at;
    while (isFiller(characters[run])) run += 1;
    const found: (readonly [number, string])[] =
      run === at ? [[0, characters[at] ?? '']] : kept(characters.slice(at, run), out.at(-1) ?? '', written.charAt(places[run] ?? written.length));
    for (const [offset, one] of found) {
      out.push(one);
      origin.push(places[at + offset] ?? 0);
    }
    at = Math.max(run, at + 1);
  }
  const text = out.join('');
  return { text, origin, sentence: sentencesOf(text, reading) };
}

function sentencesOf(text: string, reading: Reading): number[] {
  let count = 0;
  return Array.from({ length: text.length }, (_, at) => {
    const number = count;
    const character = text.charAt(at);
    if (reading.sentence_ends.includes(character) || (character === '.' && isFullStop(text, at, reading))) count += 1;
    return number;
  });
}

function isFullStop(text: string, at: number, reading: Reading): boolean {
  if (at + 1 < text.length && !' \n'.includes(text.charAt(at + 1))) return false;
  let start = at;
  while (start > 0 && at - start < TITLE_LENGTH_MAX && isWordCharacter(text.charAt(start - 1))) start -= 1;
  return !reading.titles.includes(text.slice(start, at));
}

/** Where numbers stand, in digits or in Chinese numerals: 1,250.00, 5万, 三千五百. */
export function numbersIn(text: string, reading: Reading): Span[] {
  const goesOn = (start: number, at: number): boolean => {
    const character = text.charAt(at);
    if (isDigit(character) || (character !== '' && reading.numerals.includes(character))) return true;
    return (character === ',' || character === '.') && start < at && isDigit(text.charAt(at - 1)) && isDigit(text.charAt(at + 1));
  };
  const found: Span[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at;
    while (end < text.length && goesOn(at, end)) end += 1;
    if (end > at) found.push([at, end]);
    at = Math.max(end, at + 1);
  }
  return found;
}

/** Which numbers are money, with the currency before or after them. */
export function amountsIn(text: string, numbers: readonly Span[], reading: Reading): Span[] {
  return numbers.flatMap(([start, end]): Span[] => {
    const [first, last] = [moneyBefore(text, start, reading), moneyAfter(text, [start, end], reading)];
    return first < start || last > end ? [[first, last]] : [];
  });
}

function moneyBefore(text: string, start: number, reading: Reading): number {
  const at = text.charAt(start - 1) === ' ' ? start - 1 : start;
  const head = text.slice(Math.max(at - MONEY_LENGTH_MAX, 0), at);
  const sign = reading.money_before.find((one) => head.endsWith(one) && isWhole(text, at - one.length, at));
  return sign === undefined ? start : at - sign.length;
}

function moneyAfter(text: string, [start, end]: Span, reading: Reading): number {
  const at = text.charAt(end) === ' ' ? end + 1 : end;
  for (const unit of reading.money_after) {
    const ends = at + unit.length;
    const next = text.charAt(ends);
    if (!text.startsWith(unit, at) || !isWhole(text, at, ends)) continue;
    if (next !== '' && Object.hasOwn(reading.no_money_when, unit) && (reading.no_money_when[unit] ?? '').includes(next)) continue;
    // 一块, two characters, is as often "together" as it is money.
    if (unit === '块' && end - start === 1 && !isDigit(text.charAt(start)) && next !== '' && !',。!?; '.includes(next)) continue;
    return ends;
  }
  return end;
}

/** Whether a word in letters does not go on before or after. */
function isWhole(text: string, start: number, end: number): boolean {
  if (isWordCharacter(text.charAt(start)) && isLetter(text.charAt(start - 1))) return false;
  return !(isWordCharacter(text.charAt(end - 1)) && isWordCharacter(text.charAt(end)));
}

/** Where telephone numbers stand; a date is none. */
export function phonesIn(text: string, reading: Reading): Span[] {
  const found: Span[] = [];
  for (let at = 0; at < text.length; ) {
    let end = at;
    const digits: number[] = [];
    for (; end < text.length && PHONE_CHARACTERS.includes(text.charAt(end)); end += 1) if (isDigit(text.charAt(end))) digits.push(end);
    if (digits.length >= reading.phone_digits_min && digits.length <= reading.phone_digits_max) {
      const [head = at, last = at] = [digits[0], digits.at(-1)];
      const first = head > at && '+('.includes(text.charAt(head - 1)) ? head - 1 : head;
      if (!/^[^-]{4}-[^-]{1,2}-[^-]{1,2}$/.test(text.slice(first, last + 1))) found.push([first, last + 1]);
    }
    at = Math.max(end, at + 1);
  }
  return found;
}

/** Which telephone numbers cost more than a call. */
export function premiumIn(text: string, phones: readonly Span[], reading: Reading): Span[] {
  return phones.filter(([start, end]) => {
    const digits = text.slice(start, end).replaceAll(/[^0-9+]/g, '');
    return reading.premium_starts.some((head) => digits.startsWith(head));
  });
}

/** The fields of a template by what they stand for: `{amount}`, `{{days_overdue}}`, `{金额}`. */
export function fieldsIn(text: string, reading: Reading): ReadonlyMap<string, Span[]> {
  const groupOf = new Map(Object.entries(reading.fields).flatMap(([group, names]) => names.map((name) => [name, group] as const)));
  const found = new Map(Object.keys(reading.fields).map((group): [string, Span[]] => [group, []]));
  for (let at = text.indexOf('{'); at !== -1; ) {
    let opened = at;
    while (text.charAt(opened) === '{') opened += 1;
    const length = text.slice(opened, opened + FIELD_LENGTH_MAX).indexOf('}');
    const closed = length === -1 ? opened : opened + length;
    if (length !== -1) {
      const name = text.slice(Math.max(text.lastIndexOf('{', closed) + 1, opened), closed).trim();
      const groups = new Set([name, ...name.replaceAll('.', '_').split('_')].flatMap((part) => groupOf.get(part) ?? []));
      for (const group of groups) found.get(group)?.push([at, closed + 1]);
    }
    at = text.indexOf('{', closed);
  }
  return found;
}
