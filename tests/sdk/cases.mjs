// Prints what to send and what has to come of it, one JSON object a line, for tests/sdk/sdk_test.cc:
//   {"location": ..., "preset": ..., "url": ..., "keys": [lines of the key file], "dedup": "on"}
//                                                                                         before that location's cases
//   {"location": ..., "name": ..., "method": ..., "target": ..., "headers": [[name, value]...], "body": ...,
//    "expect": outcome, "id" | "type" | "key" | "partition" | "attempt" | "reason": what it must show,
//    "sdk": "accepts" | "refuses", "differs": why the provider's library may say otherwise}
// No network; whatever is random is new in every run.
import { File } from 'node:buffer';
import { webcrypto } from 'node:crypto';

// Node 18, Debian 12's own, has both, but not by these names.
globalThis.crypto ??= webcrypto;
globalThis.File ??= File;

const { casesOf } = await import('./lib/cases.mjs');
const names = [
  'telnyx',
  'standard_webhooks',
  'svix',
  'stripe',
  'github',
  'slack',
  'zoom',
  'retell',
  'calcom',
  'vapi',
  'shopify',
  'discord',
  'sendgrid',
  'paddle',
  'square',
  'hubspot',
  'twilio',
  'plivo',
  'mailgun',
  'line',
];
for (const name of names) {
  const { providers } = await import(`./providers/${name}.mjs`);
  for (const provider of providers) {
    const again = { ...provider, location: `${provider.location ?? provider.preset}-again`, isRepeated: true };
    for (const one of provider.again ? [provider, again] : [provider]) {
      for (const line of await casesOf(one)) process.stdout.write(JSON.stringify(line) + '\n');
    }
  }
}
