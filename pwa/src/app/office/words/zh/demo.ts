/** What the switch of the demo says. */
import type { Words } from '../en/index';

export const demo: Words['demo'] = {
  live: (pace) => `演示运行 ×${String(pace)}`,
  still: '演示已暂停',
  liveLong: (pace) => `演示运行中：人物自行活动，${String(pace)} 倍速`,
  stillLong: '演示已暂停：人物不再自行活动',
  heldLong: '运维已停止演示（ROUNDS_DEMO_LIVE=0）',
};
