import { expect, it } from 'vitest';

import { shortAddress } from '@/lib/address';

it.each([
  ['枫禾市临溪区枫山街38号1单元1101室', '枫山街38号1单元1101室'], ['福建省厦门市思明区四海路18号2栋601', '四海路18号2栋601'], ['四海路 18 号 2 栋 601', '四海路 18 号 2 栋 601'],
  ['北京市朝阳区', '北京市朝阳区'], ['Apt 2B, Siltasaarenkatu 8-10, Helsinki', 'Apt 2B, Siltasaarenkatu 8-10, Helsinki'], ['', ''],
])('%s is %s', (line, short) => {
  expect(shortAddress(line)).toBe(short);
});
