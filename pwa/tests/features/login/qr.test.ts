import decodeQR from 'qr/decode.js';
import { expect, it } from 'vitest';

import { drawn } from '@/features/login/qr';

it('what is drawn is read again by a scanner', () => {
  const uri = 'otpauth://totp/Rounds:mei@north?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Rounds';
  const { side, path } = drawn(uri);
  const scale = 6;
  const width = side * scale;
  const data = new Uint8Array(width * width * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1/g)) {
    for (let at = 0; at < scale * scale; at += 1) {
      const pixel = (Number(y) * scale + Math.floor(at / scale)) * width + Number(x) * scale + (at % scale);
      data.fill(0, pixel * 4, pixel * 4 + 3);
    }
  }
  expect(decodeQR({ width, height: width, data })).toBe(uri);
});
