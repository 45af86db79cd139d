/** Made-up words for the gallery, in both languages. */
import type { Lang } from '../i18n/i18n.svelte';

export interface Samples {
  readonly start: string;
  readonly navigate: string;
  readonly refuse: string;
  readonly busy: string;
  readonly more: string;
  readonly tones: Readonly<Record<'neutral' | 'accent' | 'due' | 'overdue' | 'promise' | 'paid' | 'unsent' | 'blocked', string>>;
  readonly stops: readonly (readonly [name: string, place: string, amount: string, tag: string])[];
  readonly move: string;
  readonly whatHappened: string;
  readonly results: readonly (readonly [label: string, hint?: string])[];
  readonly amount: string;
  readonly amountHint: string;
  readonly amountError: string;
  readonly note: string;
  readonly howMuch: readonly [string, string, string];
  readonly when: readonly [string, string, string];
  readonly history: readonly (readonly [when: string, title: string, detail: string])[];
  readonly pending: string;
  readonly emptyTitle: string;
  readonly emptyText: string;
  readonly staleTitle: string;
  readonly staleText: string;
  readonly refusedTitle: string;
  readonly refusedText: string;
  readonly forbiddenTitle: string;
  readonly forbiddenText: string;
  readonly goodTitle: string;
  readonly keepTitle: string;
  readonly sheetTitle: string;
  readonly saved: string;
  readonly list: string;
  readonly map: string;
}

export const samples: Readonly<Record<Lang, Samples>> = {
  'zh-CN': {
    start: '开始外访', navigate: '导航', refuse: '跳过此站', busy: '保存中', more: '更多',
    tones: { neutral: '企业', accent: '下一站 10', due: '必访', overdue: '逾期 92 天', promise: '今天承诺还款', paid: '已送达', unsent: '已存在手机', blocked: '已冻结' },
    stops: [['李*', '海天公寓 3-1204 · 0.8 km', '¥1,920', '必访'], ['赵** 商贸', '新港路 77 号 · 1.9 km', '¥12,400', '需 2 人'], ['周**', '丧事,已冻结至 11-30', '¥3,310', '明天'], ['陈**', '建设三村 42-302 · 1.2 km', '¥5,060', '部分履约']],
    move: '移动此站,可用上下方向键', whatHappened: '结果如何?',
    results: [['承诺还款'], ['已收款'], ['拒绝还款'], ['暂无能力(困难)'], ['对金额有异议', '将停止联系']],
    amount: '金额', amountHint: '应还 8,240.00', amountError: '不能超过应还金额', note: '备注', howMuch: ['全额', '一半', '其他'], when: ['今天', '周五', '发薪日'],
    history: [['11-21', '转账还款 ¥1,000.00', '已匹配 11-20 承诺,部分履约'], ['11-16', '电话,本人,承诺 11-23 还 ¥2,000', '林,3 分 12 秒'], ['11-14', '外访,无人在家', '11:20,距门口 9 米'], ['11-13', '短信暂缓', '22:00 之后,11-14 08:00 发送']],
    pending: '未上传', emptyTitle: '今天没有安排', emptyText: '计划由组长发布,发布后会出现在这里。',
    staleTitle: '数据是 3 小时前的', staleText: '有网络时会自动更新。', refusedTitle: '高** 的外访被退回', refusedText: '案件已于 14:20 转给林。您的记录已保留并提交组长。',
    forbiddenTitle: '现在不能上门', forbiddenText: '22:00 至次日 8:00 不得外访。最早明天 08:00。', goodTitle: '可以外访至 22:00', keepTitle: '3 条内容只在这部手机上',
    sheetTitle: '跳过此站', saved: '已存在手机', list: '列表', map: '地图',
  },
  en: {
    start: 'Start visit', navigate: 'Navigate', refuse: 'Skip this stop', busy: 'Saving', more: 'More',
    tones: { neutral: 'company', accent: 'next stop 10', due: 'must', overdue: '92 days late', promise: 'promise due today', paid: 'on the server', unsent: 'saved on this phone', blocked: 'frozen' },
    stops: [['Li *', 'Haitian Flats 3-1204 · 0.8 km', '¥1,920', 'must'], ['Zhao ** Trading', '77 Xingang Road · 1.9 km', '¥12,400', 'two people'], ['Zhou **', 'bereavement, frozen to 30 Nov', '¥3,310', 'tomorrow'], ['Chen **', 'Jianshe 3rd Estate 42-302 · 1.2 km', '¥5,060', 'kept in part']],
    move: 'Move this stop; arrow keys work too', whatHappened: 'What happened?',
    results: [['Promised to pay'], ['Paid now'], ['Refused'], ['Cannot pay now (hardship)'], ['Disputes the amount', 'stops contact']],
    amount: 'Amount', amountHint: 'due 8,240.00', amountError: 'More than what is due', note: 'Note', howMuch: ['All', 'Half', 'Other'], when: ['Today', 'Friday', 'Payday'],
    history: [['21 Nov', 'Paid ¥1,000.00 by transfer', 'matched to the promise of 20 Nov · kept in part'], ['16 Nov', 'Call, client · promised ¥2,000 for 23 Nov', 'Lin, 3 min 12 s'], ['14 Nov', 'Visit · nobody home', '11:20, 9 m from the door'], ['13 Nov', 'SMS held back', 'after 22:00 · sent 14 Nov 08:00']],
    pending: 'unsent', emptyTitle: 'Nothing planned today', emptyText: 'Your lead publishes the plan. It will appear here.',
    staleTitle: 'This is from 3 hours ago', staleText: 'It updates by itself when there is a network.', refusedTitle: 'Visit · Gao ** was refused', refusedText: 'The case was taken over by Lin at 14:20. Your visit is kept and shown to the lead.',
    forbiddenTitle: 'No visit now', forbiddenText: 'No visits from 22:00 to 8:00. The earliest is tomorrow 08:00.', goodTitle: 'You may visit until 22:00', keepTitle: 'Keep the phone: 3 things are only here',
    sheetTitle: 'Skip this stop', saved: 'Saved on this phone', list: 'List', map: 'Map',
  },
};
