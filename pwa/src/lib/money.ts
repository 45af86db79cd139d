/** How is money written and read? Whole minor units everywhere; no float ever touches an amount. */

/** Digits after the point where they are not two (ISO 4217). */
const DIGITS: Readonly<Record<string, number>> = {
  BHD: 3, BIF: 0, CLP: 0, DJF: 0, GNF: 0, IQD: 3, ISK: 0, JOD: 3, JPY: 0, KMF: 0, KRW: 0, KWD: 3, LYD: 3, OMR: 3, PYG: 0,
  RWF: 0, TND: 3, UGX: 0, UYI: 0, VND: 0, VUV: 0, XAF: 0, XOF: 0, XPF: 0,
};
/** The largest amount the server takes. */
export const AMOUNT_MINOR_MAX = 10 ** 15;

export function digitsOf(currency: string): number {
  return DIGITS[currency] ?? 2;
}

/** The amount as a plain decimal text: 824000 of CNY is "8240.00". */
export function decimalOf(amountMinor: number, currency: string): string {
  const digits = digitsOf(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const text = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Number formats are slow to make and a list shows hundreds of amounts. */
const formats = new Map<string, Intl.NumberFormat>();

function formatFor(lang: string, currency: string, isWhole: boolean): Intl.NumberFormat {
  const key = `${lang} ${currency} ${String(isWhole)}`;
  let format = formats.get(key);
  if (format === undefined) {
    const digits = isWhole ? 0 : digitsOf(currency);
    format = new Intl.NumberFormat(lang, {
      style: 'currency', currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: digits, maximumFractionDigits: digits,
    });
    formats.set(key, format);
  }
  return format;
}

/** The amount as people read it: "¥8,240.00". `isWhole` drops the fraction, for totals at a glance. */
export function sayMoney(amountMinor: number, currency: string, lang: string, { isWhole = false } = {}): string {
  // `format` takes a decimal text without going through a float; the types know only number and bigint.
  return formatFor(lang, currency, isWhole).format(decimalOf(amountMinor, currency) as unknown as number);
}

/** What was typed ("8,240", "8240.5", full-width too) in minor units; undefined when it is no positive amount. */
export function readAmount(typed: string, currency: string): number | undefined {
  const text = typed.normalize('NFKC').replaceAll(/[\s,_']/g, '');
  const match = /^(\d{1,15})(?:\.(\d*))?$/.exec(text);
  if (match === null) return undefined;
  const digits = digitsOf(currency);
  const fraction = match[2] ?? '';
  if (fraction.length > digits) return undefined;
  const minor = Number(`${match[1] ?? ''}${fraction.padEnd(digits, '0')}`);
  return minor > 0 && minor <= AMOUNT_MINOR_MAX ? minor : undefined;
}
