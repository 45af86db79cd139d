/** How do figures stand in a dense table? Grouped, without the currency, which the head of the column says once. */
import { decimalOf } from '@/lib/money';

export function plainMoney(amountMinor: number, currency: string): string {
  const [whole = '', fraction] = decimalOf(amountMinor, currency).split('.');
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
