/** What does the screen of robot calls ask of the server? */
import { ask, type Reply } from '@/api/http';
import type { components } from '@/api/schema';

type Schemas = components['schemas'];

export type Campaign = Schemas['CampaignView'];
export type CampaignList = Schemas['CampaignList'];
export type Group = Schemas['Group'];
export type FlowList = Schemas['FlowList'];
export type Flow = Schemas['Flow'];
export type Step = Flow['steps'][number];

export function listCampaigns(): Promise<Reply<CampaignList>> {
  return ask({ method: 'GET', path: '/v1/robots/campaigns' });
}

export function listFlows(): Promise<Reply<FlowList>> {
  return ask({ method: 'GET', path: '/v1/robots/flows' });
}

export function stopCampaign(id: string): Promise<Reply<Campaign>> {
  return ask({ method: 'POST', path: `/v1/robots/campaigns/${id}/stop` });
}
