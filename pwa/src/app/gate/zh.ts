/** What the contact gate says on a phone, in Chinese. */
import type { Words } from './en';

export const words: Words = {
  title: {
    may: '现在可以联系',
    wait: '现在还不行',
    hold: '须由第二人决定',
    not: '不得进行此次联系',
    spent: '对此人已无可用的联系次数',
    unknown: '手机上没有可供判断的依据',
  },
  text: {
    hold: '请联系组长：须由有权限的人决定。',
    spent: '法规或许还允许，但本机领取的次数已用完。联网后可再领取。',
    unknown: '请联网一次，让手机取得法规和停止联系的记录。',
  },
  opens: (when) => `${when} 起可以`,
  asOf: (when) => `依据截至 ${when} 的法规和记录判断`,
  record: '仍如实记录已发生的情况',
  next: '下次合规联系',
  conditions: { no_debt_info: '不得透露欠款', location_only: '只可询问如何联系本人', limited_content: '只留规定的内容', inherited_value_only: '以继承所得为限' },
  leaveBy: (when) => `${when} 前离开`,
};
