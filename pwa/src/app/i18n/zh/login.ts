import type { Messages } from '../en/index';

export const login: Messages['login'] = {
  title: '登录',
  lead: '外勤的一天，没有网络也能用。',
  name: '账号',
  password: '密码',
  act: '登录',
  language: '语言',
  entering: '正在登录',
  linkTitle: '此链接无法登录',
  toPassword: '用密码登录',
  needNetwork: '在手机上首次登录需要网络，请到有信号的地方再试。',
  expiredTitle: '请重新登录以便上传',
  expiredText: '登录已过期。所有内容都保存在手机上，可以继续工作。',
  passkeyAct: '用通行密钥登录',
  passkeyNotTaken: '操作中断，或此设备没有可用的通行密钥。',
  companyAct: '用公司账号登录',
  companyGo: '前往公司登录',
  lender: '公司代码',
  lenderHint: '管理员给您的简短代码。',
  companyTitle: '公司登录未成功',
};
