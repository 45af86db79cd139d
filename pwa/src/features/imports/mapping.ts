/**
 * Which column becomes which field? Reading and changing a mapping column by column.
 *
 * A place in a mapping is written `obligor.name`, and for what a line may carry several of `contacts/0.value`. What the
 * page does not show (conditions, maps of codes, several columns joined) stays as it is.
 */

export interface FieldSource {
  readonly from?: readonly string[];
  readonly constant?: string | null;
  readonly format?: string;
  readonly unit?: string | null;
  readonly rounding?: string;
  readonly [other: string]: unknown;
}

export type Source = string | FieldSource;
export type Sources = Readonly<Record<string, Source>>;

export interface Slot {
  readonly fields: Sources;
  readonly [other: string]: unknown;
}

export const SINGLE = ['obligor', 'account', 'balance'] as const;
export const MANY = ['parties', 'contacts', 'addresses', 'collateral', 'instalments', 'payments'] as const;
type Single = (typeof SINGLE)[number];
type Many = (typeof MANY)[number];
export type Noun = Single | Many;

export type Mapping = {
  readonly title: string;
  readonly currency: string;
  readonly language: 'zh-CN' | 'en';
  readonly zone: string;
  readonly phone_region: string;
  readonly as_of?: string | null;
} & { readonly [noun in Single]?: Sources } & { readonly [noun in Many]?: readonly Slot[] } & { readonly [other: string]: unknown };

export type Kind = 'text' | 'money' | 'rate' | 'date' | 'other';

/** What the fields of each noun are called and read as; the server knows the same and refuses any other. */
export const FIELDS: Readonly<Record<Noun, Readonly<Record<string, Kind>>>> = {
  obligor: { external_ref: 'text', name: 'text', kind: 'other', id_number: 'text', language: 'other', zone: 'text', employer: 'text', job: 'text' },
  account: { external_ref: 'text', kind: 'other', product: 'text', currency: 'text', principal: 'money', annual_rate: 'rate', opened_on: 'date', matures_on: 'date', status: 'text' },
  balance: { overdue: 'money', days_past_due: 'other', principal: 'money', interest: 'money', penalty: 'money', fee: 'money', as_of: 'date' },
  parties: { name: 'text', external_ref: 'text', role: 'other', relation: 'text', consent: 'other', source: 'text', may_contact: 'other' },
  contacts: { value: 'text', kind: 'other', status: 'other', consent: 'other', source: 'text', may_contact: 'other', party_ref: 'text' },
  addresses: { line: 'text', kind: 'other', lat: 'other', lon: 'other', status: 'other', source: 'text', party_ref: 'text' },
  collateral: { description: 'text', external_ref: 'text', kind: 'text', value: 'money' },
  instalments: { number: 'other', due_on: 'date', principal: 'money', interest: 'money', fee: 'money' },
  payments: { external_ref: 'text', amount: 'money', paid_on: 'date', mode: 'text', reversed_on: 'date' },
};

/** Ways to read a cell that a person may have to correct. */
export const READINGS: Readonly<Record<'date' | 'money' | 'rate', readonly string[]>> = {
  date: ['iso', 'us', 'eu', 'excel', 'epoch_days', 'epoch_seconds', 'sas'],
  money: ['major', 'minor', 'thousand', 'wan'],
  rate: ['percent', 'fraction', 'permille', 'ppm'],
};

interface Place {
  readonly noun: Noun;
  readonly slot: number | undefined;
  readonly field: string;
}

export function placeOf(path: string): Place {
  const [head = '', ...rest] = path.split('.');
  const [noun = '', slot] = head.split('/');
  return { noun: noun as Noun, slot: slot === undefined ? undefined : Number(slot), field: rest.join('.') };
}

export function kindOf(path: string): Kind {
  const { noun, field } = placeOf(path);
  return FIELDS[noun]?.[field] ?? 'text';
}

function isSingle(noun: Noun): noun is Single {
  return (SINGLE as readonly string[]).includes(noun);
}

/** Every filled place with its source. */
export function placesOf(mapping: Mapping): readonly (readonly [path: string, source: Source])[] {
  const single = SINGLE.flatMap((noun) => Object.entries(mapping[noun] ?? {}).map(([field, source]) => [`${noun}.${field}`, source] as const));
  const many = MANY.flatMap((noun) =>
    (mapping[noun] ?? []).flatMap((slot, index) => Object.entries(slot.fields).map(([field, source]) => [`${noun}/${String(index)}.${field}`, source] as const)),
  );
  return [...single, ...many];
}

export function columnsOf(source: Source): readonly string[] {
  return typeof source === 'string' ? [source] : (source.from ?? []);
}

/** The place that a column fills; '' when it is not used. */
export function targetOf(mapping: Mapping, column: string): string {
  return placesOf(mapping).find(([, source]) => columnsOf(source).includes(column))?.[0] ?? '';
}

export function sourceAt(mapping: Mapping, path: string): Source | undefined {
  return placesOf(mapping).find(([at]) => at === path)?.[1];
}

function without(sources: Sources, field: string): Sources {
  return Object.fromEntries(Object.entries(sources).filter(([name]) => name !== field));
}

function written(sources: Sources, field: string, source: Source | undefined): Sources {
  return source === undefined ? without(sources, field) : { ...sources, [field]: source };
}

/** A role must be said for every party; a new one is somebody related until the person says otherwise. */
function freshFields(noun: Many): Sources {
  return noun === 'parties' ? { role: { constant: 'related' } } : {};
}

/** The mapping with another source at a place; undefined takes it out, and an empty slot with it. */
export function withSource(mapping: Mapping, path: string, source: Source | undefined): Mapping {
  const { noun, slot, field } = placeOf(path);
  if (isSingle(noun)) return { ...mapping, [noun]: written(mapping[noun] ?? {}, field, source) };
  const slots = [...(mapping[noun] ?? [])];
  const at = slot ?? slots.length;
  const present = slots[at] ?? { fields: freshFields(noun) };
  slots[Math.min(at, slots.length)] = { ...present, fields: written(present.fields, field, source) };
  const hasColumn = (one: Slot): boolean => Object.values(one.fields).some((value) => columnsOf(value).length > 0);
  return { ...mapping, [noun]: source === undefined ? slots.filter(hasColumn) : slots };
}

/** What is left of a source without a column; undefined when nothing is. */
function less(source: Source, column: string): Source | undefined {
  if (typeof source === 'string') return undefined;
  const from = (source.from ?? []).filter((name) => name !== column);
  return from.length === 0 ? undefined : { ...source, from };
}

/** The mapping in which a column fills another place ('': none). What stood there before gives way. */
export function withTarget(mapping: Mapping, column: string, path: string): Mapping {
  const old = targetOf(mapping, column);
  if (old === path) return mapping;
  const kept = sourceAt(mapping, old);
  const isSameKind = old !== '' && path !== '' && kindOf(old) === kindOf(path);
  const moved: Source = isSameKind && typeof kept === 'object' && columnsOf(kept).length === 1 ? kept : column;
  // First the new place: taking the last column out of a slot would shift the slots behind it.
  const placed = path === '' ? mapping : withSource(mapping, path, moved);
  return old === '' || kept === undefined ? placed : withSource(placed, old, less(kept, column));
}

/** How the cells of a place are read: the date's format, the amount's or the rate's unit. */
export function readingOf(mapping: Mapping, path: string): string | undefined {
  const kind = kindOf(path);
  const source = sourceAt(mapping, path);
  const field = typeof source === 'object' ? source : {};
  if (kind === 'date') return field.format ?? 'iso';
  if (kind === 'money') return field.unit ?? 'major';
  return kind === 'rate' ? (field.unit ?? 'percent') : undefined;
}

export function withReading(mapping: Mapping, path: string, reading: string): Mapping {
  const source = sourceAt(mapping, path);
  if (source === undefined) return mapping;
  const field = typeof source === 'string' ? { from: [source] } : source;
  return withSource(mapping, path, { ...field, [kindOf(path) === 'date' ? 'format' : 'unit']: reading });
}

/** All places a column may fill: fields of single nouns, and of each slot there is and one more. */
export function targetsOf(mapping: Mapping): readonly { readonly noun: Noun; readonly slot: number | undefined; readonly paths: readonly string[] }[] {
  const extra = (noun: Noun): string[] => placesOf(mapping).map(([path]) => path).filter((path) => placeOf(path).noun === noun && FIELDS[noun][placeOf(path).field] === undefined);
  return [
    ...SINGLE.map((noun) => ({ noun, slot: undefined, paths: [...Object.keys(FIELDS[noun]).map((field) => `${noun}.${field}`), ...extra(noun)] })),
    ...MANY.flatMap((noun) =>
      Array.from({ length: (mapping[noun]?.length ?? 0) + 1 }, (_, slot) => ({ noun, slot, paths: Object.keys(FIELDS[noun]).map((field) => `${noun}/${String(slot)}.${field}`) })),
    ),
  ];
}
