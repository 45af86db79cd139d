/** What the contact gate says on a phone, in English. */
export const words = {
  title: {
    may: 'You may make this contact now',
    wait: 'Not now',
    hold: 'Not without a second person',
    not: 'This contact is not allowed',
    spent: 'No contact is left for this person',
    unknown: 'This phone has nothing to judge by',
  },
  text: {
    hold: 'Ask your lead: somebody with the right must decide.',
    spent: 'The law may leave more, but this phone has used what it was given. Connect to get more.',
    unknown: 'Connect once, so that the phone gets the law and what stands against a contact.',
  },
  opens: (when: string): string => `Allowed from ${when}`,
  asOf: (when: string): string => `Judged from the law and records as of ${when}`,
  record: 'Record what happened anyway',
  next: 'Next lawful contact',
  conditions: { no_debt_info: 'Say nothing about the debt', location_only: 'Ask only where to reach the client', limited_content: 'Leave only the required words', inherited_value_only: 'Only up to what was inherited' },
  leaveBy: (when: string): string => `Leave by ${when}`,
};

export type Words = typeof words;
