// LINE. Its SDK verifies; node:crypto signs as the documentation says.
import { validateSignature } from '@line/bot-sdk';
import { hmac, rawKey } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'x-line-signature';
const loose = 'decodes base64 up to where it ends';
const event = (text) =>
  JSON.stringify({
    destination: 'xxxxxxxxxx',
    events: [
      {
        type: 'message',
        webhookEventId: '01FZ74A0TDDPYRVKNK77XKC3ZR',
        message: { type: 'text', text },
        source: { type: 'user', userId: 'U4af4980629' },
      },
    ],
  });

export const providers = [
  {
    preset: 'line',
    again: { changed: 'accepted' },
    key: rawKey,
    body: event('Hello, world'),
    other: event('Hello, wurld'),
    signature: kName,
    media: 'application/json',
    shows: { id: '01FZ74A0TDDPYRVKNK77XKC3ZR', type: 'message', partition: 'U4af4980629' },
    make: ({ key, body, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        [kName, hmac('sha256', key.secret, body, 'base64')],
      ],
    }),
    verify: ({ body, object }, key) => validateSignature(body, key.secret, object[kName]),
    differs: {
      'without padding': loose,
      'signature header twice': loose,
    },
    async more({ add, make, genuine }) {
      await add(
        'the verification of the console',
        'accepted',
        make({ body: '{"destination":"xxxxxxxxxx","events":[]}' }),
        { type: '' },
      );
      await add('without padding', 'unsigned', setHeader(genuine, kName, header(genuine, kName).replace(/=+$/, '')));
    },
  },
];
