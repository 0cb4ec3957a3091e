// Standard Webhooks. v1: the reference library signs and verifies. v1a is in no library yet: node:crypto, by the
// specification.
import { Webhook } from 'standardwebhooks';
import { standard } from '../lib/standard.mjs';

export const providers = standard({
  preset: 'standard-webhooks',
  names: { id: 'webhook-id', time: 'webhook-timestamp', signature: 'webhook-signature' },
  Webhook,
  parsesBody: true,
});
