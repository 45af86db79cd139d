/** The frame around the screens: tabs, the sync pill, new versions. */
export const shell = {
  tabToday: 'Today',
  tabCases: 'Cases',
  tabInbox: 'Inbox',
  tabMe: 'Me',
  unsent: (count: number) => `${String(count)} unsent`,
  sending: 'sending',
  allSent: 'all sent',
  offline: 'offline',
  offlineFor: (span: string) => `offline ${span}`,
  needsYou: (count: number) => (count === 1 ? '1 needs you' : `${String(count)} need you`),
  forbidden: 'not accepted',
  openSync: 'Open: what is where',
  newVersionTitle: 'A new version is ready',
  newVersionText: 'It takes a second. Drafts and unsent work stay.',
  newVersionAct: 'Use it now',
  newVersionLater: 'Later',
};
