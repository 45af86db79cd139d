/**
 * Which digits in a text are a card number, and how is it hidden? The twin of backend/kernel/pan.py; both run
 * tests/vectors/pan.json. Card data must not come into the record at all (PCI DSS 3.4: at most first six, last four).
 */

const DIGITS_MIN = 13;
const DIGITS_MAX = 19;
const HEAD = 6;
const TAIL = 4;
/** Groups of digits, or of what was hidden before, with one space or hyphen between two. */
const RUN = /[0-9*]+(?:[ -][0-9*]+)*/g;

function passesLuhn(digits: string): boolean {
  const sum = Array.from(digits).toReversed().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Whether so many groups together are a card number. One that was hidden while it was typed stays one as it grows. */
function isPan(together: string): boolean {
  if (together.length < DIGITS_MIN || together.length > DIGITS_MAX) return false;
  return together.includes('*') ? /^[0-9]{6}\*/.test(together) : !/^0+$/.test(together) && passesLuhn(together);
}

/** The text with all but the first six and the last four digits as stars. */
function hidden(text: string): string {
  const count = text.replaceAll(/[ -]/g, '').length;
  let seen = 0;
  return text.replaceAll(/[0-9*]/g, (digit) => {
    seen += 1;
    return seen <= HEAD || seen > count - TAIL ? digit : '*';
  });
}

/** One run: from each group on, the most groups that are a card number. */
function inRun(run: string): string {
  const parts = run.split(/([ -])/);
  const out: string[] = [];
  let start = 0;
  while (start < parts.length) {
    // A group has a digit at least, so no more groups than digits can be one number.
    let end = Math.min(parts.length, start + 2 * DIGITS_MAX - 1);
    while (end > start && !isPan(parts.slice(start, end).join('').replaceAll(/[ -]/g, ''))) end -= 2;
    const isFound = end > start;
    const next = isFound ? end : start + 1;
    const text = parts.slice(start, next).join('');
    out.push(isFound ? hidden(text) : text, parts[next] ?? '');
    start = next + 1;
  }
  return out.join('');
}

/** The text without card numbers; digits of full width become those of half width. */
export function withoutPans(text: string): string {
  return text.replaceAll(/[\uff10-\uff19]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0xfee0)).replaceAll(RUN, inRun);
}
