/** Coming in. */
export const login = {
  title: 'Sign in',
  lead: 'The day in the field, also without network.',
  name: 'Name',
  password: 'Password',
  act: 'Sign in',
  language: 'Language',
  entering: 'Letting you in',
  linkTitle: 'This link did not let you in',
  toPassword: 'Sign in with a password',
  needNetwork: 'The first sign-in on a phone needs a network. Try again where there is one.',
  expiredTitle: 'Sign in again to send',
  expiredText: 'Your session has ended. Everything is kept on this phone; you can go on working.',
  passkeyAct: 'Sign in with a passkey',
  passkeyNotTaken: 'That was broken off, or this device has no passkey for here.',
};
