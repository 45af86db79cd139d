import { expect, it } from 'vitest';

import { maskName, maskNumber } from '@/lib/mask';

it.each([
  ['13812345678', '138****5678'], ['+86 138 1234 5678', '+861******5678'], ['12345', '***45'], ['li@example.org', 'l***@example.org'],
])('covers the middle of %s', (value, masked) => {
  expect(maskNumber(value)).toBe(masked);
});

it.each([
  ['王小明', false, '王**'], ['李四', false, '李*'], ['Wang Xiaoming', false, 'Wang **'], ['Madonna', false, 'M**'], ['新港商贸有限公司', true, '新港商贸有限公司'],
])('covers the given name of %s', (name, isCompany, masked) => {
  expect(maskName(name, isCompany)).toBe(masked);
});
