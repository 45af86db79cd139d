import type { Messages } from '../en/index';

export const shell: Messages['shell'] = {
  tabToday: '今天',
  tabCases: '案件',
  tabInbox: '消息',
  tabMe: '我的',
  unsent: (count) => `${String(count)} 条未上传`,
  sending: '上传中',
  allSent: '已全部送达',
  offline: '离线',
  offlineFor: (span) => `离线 ${span}`,
  needsYou: (count) => `${String(count)} 条需处理`,
  forbidden: '未被接受',
  openSync: '打开同步页',
  newVersionTitle: '新版本已就绪',
  newVersionText: '只需一秒，草稿和未上传的内容都会保留。',
  newVersionAct: '立即使用',
  newVersionLater: '稍后',
  secondStep: '第二步验证',
};
