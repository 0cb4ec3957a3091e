// Svix. Its library signs and verifies v1; v1a as in standard_webhooks.mjs.
import { Webhook } from 'svix';
import { standard } from '../lib/standard.mjs';

export const providers = standard({
  preset: 'svix',
  names: { id: 'svix-id', time: 'svix-timestamp', signature: 'svix-signature' },
  Webhook,
});
