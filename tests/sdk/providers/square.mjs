// Square. Its SDK verifies; node:crypto signs as the documentation says.
import { WebhooksHelper } from 'square';
import { hmac, rawKey } from '../lib/crypto.mjs';
import { setHeader } from '../lib/request.mjs';

const kName = 'x-square-hmacsha256-signature';
const event = (status) =>
  JSON.stringify({
    merchant_id: '6SSW7HV8K2ST5',
    type: 'payment.updated',
    event_id: '6a8f5f28-54a1-4eb0-a98a-3111513fd4fc',
    data: { type: 'payment', id: 'hYy9pRFVxpDsO1FB05SunFWUe9JZY', object: { status } },
  });

export const providers = [
  {
    preset: 'square',
    again: { changed: 'accepted' },
    url: 'https://hooks.example.com:8443/square?tenant=%C3%A4+b',
    key: rawKey,
    body: event('COMPLETED'),
    other: event('CANCELLED'),
    signature: kName,
    media: 'application/json',
    shows: {
      id: '6a8f5f28-54a1-4eb0-a98a-3111513fd4fc',
      type: 'payment.updated',
      attempt: '3',
      partition: 'hYy9pRFVxpDsO1FB05SunFWUe9JZY',
    },
    make: ({ key, body, target, url }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['square-retry-number', '3'],
        [kName, hmac('sha256', key.secret, url + body, 'base64')],
      ],
    }),
    verify: ({ body, object }, key, url) =>
      WebhooksHelper.isValidWebhookEventSignature(body, object[kName], key.secret, url),
    async more({ add, make, keys, genuine }) {
      await add('of another URL', 'forged', make({ url: 'https://hooks.example.com/square' }));
      await add(
        'of the body alone',
        'forged',
        setHeader(genuine, kName, hmac('sha256', keys[0].secret, genuine.body, 'base64')),
      );
    },
  },
];
