/**
 * What does a script, template or note say, and what does it lack? The twin of backend/compliance/text_lint.py: both read
 * the phrases of backend/compliance/phrases, and both run tests/vectors/text_lint.json.
 */
import en from '../../../backend/compliance/phrases/en.json';
import reading from '../../../backend/compliance/phrases/reading.json';
import zh from '../../../backend/compliance/phrases/zh.json';
import { amountsIn, fieldsIn, isWordCharacter, numbersIn, phonesIn, placeOf, plainOf, premiumIn, type Plain, type Span } from './plain_text';

export type Language = 'en' | 'zh';

interface Phrase {
  readonly id: string;
  readonly fact: string;
  readonly find: readonly string[];
  readonly unless?: readonly string[] | undefined;
  readonly by?: readonly string[] | undefined;
  readonly never_negated?: boolean | undefined;
}

interface PhraseBook {
  readonly gap: number;
  readonly before: number;
  readonly around: number;
  readonly negations: readonly string[];
  readonly negations_inside: readonly string[];
  readonly reported: readonly string[];
  readonly says: readonly Phrase[];
  readonly shows: readonly Phrase[];
  readonly voicemail: readonly Phrase[];
}

/** A phrase at its place in the text as written (`end` excluded), with the fact and the rules it feeds. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly phrase: string;
  readonly fact: string;
  readonly rules: readonly string[];
}

/** `isCut`: the text was too long to be read to its end, so that nobody knows what it says. */
export interface Lint {
  readonly says: readonly string[];
  readonly lacks: readonly string[];
  readonly found: readonly Found[];
  readonly isCut: boolean;
}

/** A place in a note that a reviewer would stop at. The note is saved all the same. */
export interface NoteWarning extends Found {
  readonly why: 'banned' | 'debt_told_to_third_person';
}

interface Slot {
  readonly gap: number;
  readonly words: readonly string[];
}

export const LENGTH_MAX = 100_000;
const OCCURRENCES_MAX = 2_000;
const FOUND_MAX_OF_PHRASE = 20;
const REPORTED_BEFORE = 40;
const BESIDE = 1;
const LANGUAGES: readonly Language[] = ['en', 'zh'];
const BOOKS: Readonly<Record<Language, PhraseBook>> = { en, zh };
const RULES: Readonly<Record<string, readonly string[]>> = reading.rules.says;
const LACKS: readonly string[] = Object.keys(reading.rules.lacks);
const ELEMENTS = ['business', 'reply', 'person', 'phone'] as const;
const NOT_IN_A_NOTE = new Set(['debt_info', 'suit_threat']);
const TRADITIONAL: ReadonlyMap<string, string> = new Map(Object.entries(zh.traditional));

/** Those who owe, speak for one who does, or act for a company; everybody else is a third person. */
const NO_THIRD_PERSONS = new Set(['obligor', 'co_borrower', 'guarantor', 'heir', 'attorney', 'authorised_person', 'representative', 'finance_contact', 'administrator']);

const byPlace = (one: Span, other: Span): number => one[0] - other[0] || one[1] - other[1];

/** The patterns of a phrase taken apart: `a|b .. c + d` is three slots. */
const slotsOf = (pattern: string, gap: number): Slot[] =>
  pattern.split(/ (?=(?:\.\.|\+) )/).map((part) => {
    const [joint] = part.split(' ', 1);
    if (joint === '..' || joint === '+') return { gap: joint === '..' ? gap : BESIDE, words: part.slice(joint.length + 1).split('|') };
    return { gap: 0, words: part.split('|') };
  });

function standsAlone(text: string, start: number, end: number, isBeginning: boolean): boolean {
  if (start > 0 && isWordCharacter(text.charAt(start)) && isWordCharacter(text.charAt(start - 1))) return false;
  return isBeginning || !(isWordCharacter(text.charAt(end - 1)) && isWordCharacter(text.charAt(end)));
}

function hasWord(text: string, words: readonly string[]): boolean {
  return words.some((word) => {
    for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) if (standsAlone(text, at, at + word.length, false)) return true;
    return false;
  });
}

/** The first index of so many that is not before what is looked for; all that are before come first. */
function firstFrom(count: number, isBefore: (index: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A text, read once: its tokens, and where each word was already looked for. */
class Read {
  readonly written: string;
  readonly plain: Plain;
  isCut: boolean;
  private readonly kept: Map<string, readonly Span[]>;

  constructor(written: string) {
    this.written = written.slice(0, LENGTH_MAX);
    this.isCut = written.length > LENGTH_MAX;
    this.plain = plainOf(this.written, reading, TRADITIONAL);
    const { text } = this.plain;
    const [given, numbers, phones] = [fieldsIn(text, reading), numbersIn(text, reading), phonesIn(text, reading)];
    const fields = (group: string): readonly Span[] => given.get(group) ?? [];
    this.kept = new Map<string, readonly Span[]>([
      ['<number>', numbers],
      ['<amount>', [...amountsIn(text, numbers, reading), ...fields('amount')].toSorted(byPlace)],
      ['<phone>', [...phones, ...fields('phone')].toSorted(byPlace)],
      ['<premium>', premiumIn(text, phones, reading)],
      ['<business>', fields('business')],
      ['<person>', fields('person')],
    ]);
  }

  /** Where a word or token stands, in order. */
  spansOf(word: string): readonly Span[] {
    const known = this.kept.get(word);
    if (known !== undefined) return known;
    const { text } = this.plain;
    const letters = word.replace(/\*+$/, '');
    const spans: Span[] = [];
    for (let at = text.indexOf(letters); at !== -1 && !(spans.length >= OCCURRENCES_MAX); at = text.indexOf(letters, at + 1)) {
      if (standsAlone(text, at, at + letters.length, word.endsWith('*'))) spans.push([at, at + letters.length]);
    }
    if (spans.length >= OCCURRENCES_MAX) this.isCut = true;
    this.kept.set(word, spans);
    return spans;
  }

  sentenceAt(at: number): number {
    return this.plain.sentence[at] ?? -1;
  }
}

/** Each place of the first slot with the nearest places of the others after it, in one sentence. */
function* rowsOf(read: Read, slots: readonly Slot[]): Generator<readonly Span[]> {
  const [first = [], ...others] = slots.map(({ words }) => words.flatMap((word) => read.spansOf(word)).toSorted(byPlace));
  let before: Span | undefined;
  for (const start of first) {
    if (before !== undefined && byPlace(before, start) === 0) continue;
    before = start;
    const row = [start];
    let end = start[1];
    for (const [index, places] of others.entries()) {
      const from = end;
      const next = places[firstFrom(places.length, (at) => (places[at]?.[0] ?? 0) < from)];
      if (next === undefined || next[0] > end + (slots[index + 1]?.gap ?? 0)) break;
      row.push(next);
      [, end] = next;
    }
    if (row.length === slots.length && read.sentenceAt(start[0]) === read.sentenceAt(end - 1)) yield row;
  }
}

function clauseStart(read: Read, start: number, before: number): number {
  let at = start;
  while (at > 0 && start - at < before && !reading.clause_ends.includes(read.plain.text.charAt(at - 1)) && read.sentenceAt(at - 1) === read.sentenceAt(start)) at -= 1;
  return at;
}

/** Whether a negation stands before or inside a phrase, or a word of its own `unless` around it. */
function isUndone(read: Read, phrase: Phrase, row: readonly Span[], book: PhraseBook): boolean {
  const { text } = read.plain;
  const [start, end] = [row[0]?.[0] ?? 0, row.at(-1)?.[1] ?? 0];
  if (hasWord(text.slice(Math.max(start - book.around, 0), end + book.around), phrase.unless ?? [])) return true;
  if (phrase.never_negated === true || phrase.fact === 'debt_info') return false;
  if (hasWord(text.slice(clauseStart(read, start, book.before), start), book.negations)) return true;
  const inside = [...book.negations, ...book.negations_inside];
  return row.slice(1).some((other, index) => hasWord(text.slice(row[index]?.[1] ?? 0, other[0]), inside));
}

/** Where a phrase stands and nothing undoes it; at most so many places. */
function* matchesOf(read: Read, phrase: Phrase, book: PhraseBook, most = FOUND_MAX_OF_PHRASE): Generator<Span> {
  let count = 0;
  for (const pattern of phrase.find) {
    for (const row of rowsOf(read, slotsOf(pattern, book.gap))) {
      if (isUndone(read, phrase, row, book)) continue;
      yield [row[0]?.[0] ?? 0, row.at(-1)?.[1] ?? 0];
      count += 1;
      if (count >= most) return;
    }
  }
}

const stands = (read: Read, phrase: Phrase, book: PhraseBook): boolean => matchesOf(read, phrase, book, 1).next().done !== true;

function isLimited(read: Read, book: PhraseBook): boolean {
  const said = new Set<string>();
  const covered = new Set<number>();
  for (const phrase of book.voicemail) {
    for (const [start, end] of matchesOf(read, phrase, book, Infinity)) {
      said.add(phrase.fact);
      for (let at = start; at < end; at += 1) covered.add(read.sentenceAt(at));
    }
  }
  const { text, sentence } = read.plain;
  return ELEMENTS.every((element) => said.has(element)) && sentence.every((number, at) => covered.has(number) || !/[\p{L}\p{N}]/u.test(text.charAt(at)));
}

/** What a text says, in any language, and what it lacks in the language of its reader. */
export function lint(text: string, language: Language, speaker = 'agency'): Lint {
  return linted(new Read(text), language, speaker);
}

function linted(read: Read, language: Language, speaker: string): Lint {
  const found = new Map<string, Found>();
  for (const other of [language, ...LANGUAGES.filter((one) => one !== language)]) {
    for (const phrase of BOOKS[other].says) {
      if (phrase.by !== undefined && !phrase.by.includes(speaker)) continue;
      for (const span of matchesOf(read, phrase, BOOKS[other])) {
        const [start, end] = placeOf(read.plain, span);
        const key = `${phrase.fact} ${start} ${end}`;
        if (!found.has(key)) found.set(key, { start, end, text: read.written.slice(start, end), phrase: phrase.id, fact: phrase.fact, rules: RULES[phrase.fact] ?? [] });
      }
    }
  }
  const shown = new Set(BOOKS[language].shows.filter((phrase) => stands(read, phrase, BOOKS[language])).map(({ fact }) => fact));
  if (isLimited(read, BOOKS[language])) shown.add('limited_content');
  const all = [...found.values()].toSorted((one, other) => one.start - other.start || one.end - other.end || (one.phrase < other.phrase ? -1 : 1));
  return { says: [...new Set(all.map(({ fact }) => fact))].toSorted(), lacks: LACKS.filter((fact) => !shown.has(fact)).toSorted(), found: all, isCut: read.isCut };
}

/** Whether a text gives away nothing of a debt, as far as it was read. */
export function isSafeForThirdPerson({ says, isCut }: Lint): boolean {
  return !isCut && !says.includes('debt_info');
}

/** The ids of all phrases of a language that stand in a text, whatever they show. */
export function phrasesIn(text: string, language: Language): ReadonlySet<string> {
  const [read, book] = [new Read(text), BOOKS[language]];
  return new Set([...book.says, ...book.shows, ...book.voicemail].filter((phrase) => stands(read, phrase, book)).map(({ id }) => id));
}

/**
 * What a collector should look at again in a note; `reached`: the role of whom the contact reached, null for nobody.
 * A warning never keeps a note from being saved. What it tells of the client's own words is left out.
 */
export function noteWarnings(text: string, reached: string | null): NoteWarning[] {
  const read = new Read(text);
  const isThird = reached !== null && !NO_THIRD_PERSONS.has(reached);
  const isReported = (start: number): boolean => {
    const at = firstFrom(read.plain.origin.length, (index) => (read.plain.origin[index] ?? 0) < start);
    let first = Math.max(at - REPORTED_BEFORE, 0);
    while (read.sentenceAt(first) !== read.sentenceAt(at)) first += 1;
    return hasWord(read.plain.text.slice(first, at), LANGUAGES.flatMap((language) => BOOKS[language].reported));
  };
  return linted(read, 'zh', 'agency').found.flatMap((found): NoteWarning[] => {
    const isAsked = !NOT_IN_A_NOTE.has(found.fact) || (isThird && found.fact === 'debt_info');
    if (!isAsked || isReported(found.start)) return [];
    return [{ ...found, why: found.fact === 'debt_info' ? 'debt_told_to_third_person' : 'banned' }];
  });
}
