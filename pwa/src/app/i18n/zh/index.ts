/** Everything the app says in Chinese (mainland). */
import type { Messages } from '../en/index';
import { common } from './common';
import { shell } from './shell';

export const messages: Messages = { common, shell };
