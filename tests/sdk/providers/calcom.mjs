// Cal.com has no library for this: node:crypto, by its source.
import { hmac, rawKey } from '../lib/crypto.mjs';
import { setHeader } from '../lib/request.mjs';

const kName = 'x-cal-signature-256';
const event = (title) =>
  JSON.stringify({
    triggerEvent: 'BOOKING_CREATED',
    createdAt: '2025-10-17T12:00:00.000Z',
    payload: { uid: 'bFJeNb2uX8ANpT3JL5EfXw', title },
  });

export const providers = [
  {
    preset: 'calcom',
    again: { changed: 'accepted' },
    key: rawKey,
    body: event('60 min'),
    other: event('90 min'),
    signature: kName,
    shows: {
      id: 'BOOKING_CREATED:bFJeNb2uX8ANpT3JL5EfXw:2025-10-17T12:00:00.000Z',
      type: 'BOOKING_CREATED',
      partition: 'bFJeNb2uX8ANpT3JL5EfXw',
    },
    make: ({ key, body, target, type = 'application/json' }) => ({
      target,
      body,
      headers: [
        ['content-type', type],
        [kName, hmac('sha256', key.secret, body, 'hex')],
      ],
    }),
    async more({ add, make, genuine }) {
      await add('no secret set', 'unsigned', setHeader(genuine, kName, 'no-secret-provided'), {
        reason: 'sender_has_no_secret',
      });
      await add(
        'a custom template',
        'accepted',
        make({ body: 'title=60+min&who=me', type: 'application/x-www-form-urlencoded' }),
        { type: '' },
      );
      await add(
        'a ping',
        'accepted',
        make({ body: '{"triggerEvent":"PING","createdAt":"2025-10-17T12:00:00.000Z","payload":{}}' }),
        { type: 'PING' },
      );
    },
  },
];
