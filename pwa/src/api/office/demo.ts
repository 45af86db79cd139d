/** Does the demo live, and may somebody stop it? */
import { ask, type Reply } from '../http';
import type { components } from '../schema';

export type LiveView = components['schemas']['LiveView'];

export function getDemo(): Promise<Reply<LiveView>> {
  return ask({ method: 'GET', path: '/v1/demo/live' });
}

export function turnDemo(isOn: boolean): Promise<Reply<LiveView>> {
  return ask({ method: 'PUT', path: '/v1/demo/live', json: { is_on: isOn } });
}
