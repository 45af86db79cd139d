import { expect, it } from 'vitest';

import { pinFault } from '@/rules/pin';

it.each([
  ['482916', undefined], ['739406', undefined], ['12345', 'form'], ['1234567', 'form'], ['12345a', 'form'], ['４８２９１６', 'form'],
  ['000000', 'repeated'], ['121212', 'repeated'], ['483483', 'repeated'], ['778877', 'repeated'], ['771177', 'repeated'], ['123456', 'line'],
  ['987654', 'line'], ['789012', 'line'], ['210987', 'line'], ['010190', 'date'], ['311299', 'date'], ['123199', 'date'], ['900131', 'date'],
  ['900132', undefined], ['321390', undefined], ['001390', undefined], ['159753', 'common'], ['520131', 'common'],
])('%s: %s', (pin, fault) => {
  expect(pinFault(pin)).toBe(fault);
});
