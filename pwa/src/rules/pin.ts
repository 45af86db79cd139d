/** Which PIN is too easy to guess for the eight tries that there are? */

export const PIN_DIGITS = 6;
export const PIN_TRIES = 8;

/** form: not six digits. repeated: the same digits again and again. line: up or down. date: a day. common: often chosen. */
export type PinFault = 'form' | 'repeated' | 'line' | 'date' | 'common';

/** The most chosen ones that no other rule refuses, from lists of leaked PINs; 520 and 1314 are words of love in China. */
const COMMON: ReadonlySet<string> = new Set([
  '123654', '159753', '147258', '258369', '147852', '789456', '456789', '159357', '520131', '131452', '520520', '521521', '168168', '888666',
  '666888', '696969', '142536', '112233', '332211', '102030', '147369',
]);

function isLine(pin: string): boolean {
  const steps = new Set(Array.from(pin).slice(1).map((digit, index) => (Number(digit) - Number(pin[index]) + 10) % 10));
  return steps.size === 1 && (steps.has(1) || steps.has(9));
}

/** 010190 and 900101: day, month and year of two digits in any usual order. */
function isDate(pin: string): boolean {
  const [one = 0, two = 0, three = 0] = [pin.slice(0, 2), pin.slice(2, 4), pin.slice(4)].map(Number);
  const isDay = (day: number, month: number): boolean => day >= 1 && day <= 31 && month >= 1 && month <= 12;
  return isDay(one, two) || isDay(two, one) || isDay(three, two);
}

/** Why a PIN is refused; undefined when it may be used. */
export function pinFault(pin: string): PinFault | undefined {
  if (!/^[0-9]{6}$/.test(pin)) return 'form';
  if (/^(.{1,3})\1+$/.test(pin) || new Set(pin).size < 3) return 'repeated';
  if (isLine(pin)) return 'line';
  if (COMMON.has(pin)) return 'common';
  return isDate(pin) ? 'date' : undefined;
}
