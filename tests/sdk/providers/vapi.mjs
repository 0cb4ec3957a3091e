// Vapi has no library for this: node:crypto, by its API schema. The shared secret is a token: nothing is signed.
import { hmac, rawKey } from '../lib/crypto.mjs';
import { setHeader } from '../lib/request.mjs';

const message = (status) =>
  JSON.stringify({
    message: {
      type: 'status-update',
      status,
      timestamp: 1729872000000,
      call: { id: '7420f27a-30fd-4f49-a995-5549ae7cc00d' },
    },
  });
const shared = {
  key: rawKey,
  body: message('in-progress'),
  other: message('forwarding!'),
  media: 'application/json',
  shows: {
    id: 'status-update:7420f27a-30fd-4f49-a995-5549ae7cc00d:1729872000000',
    type: 'status-update',
    partition: '7420f27a-30fd-4f49-a995-5549ae7cc00d',
  },
};

export const providers = [
  {
    ...shared,
    preset: 'vapi',
    again: { anew: 'duplicate', changed: 'duplicate' },
    signature: 'x-vapi-signature',
    timestamp: 'x-timestamp',
    unit: 's',
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['x-timestamp', time],
        ['x-vapi-signature', hmac('sha256', key.secret, `${time}.${body}`, 'hex')],
      ],
    }),
    respell: (request, text) => setHeader(request, 'x-timestamp', text),
  },
  {
    ...shared,
    preset: 'vapi-secret',
    again: { changed: 'accepted' },
    signature: 'x-vapi-secret',
    isToken: true,
    bodyIsOpen: true,
    make: ({ key, body, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['x-vapi-secret', key.secret],
      ],
    }),
    async more({ add, genuine, keys }) {
      const put = (text) => setHeader(genuine, 'x-vapi-secret', text);
      await add('the secret in capitals', 'forged', put(keys[0].secret.toUpperCase()));
      await add('the secret and more', 'forged', put(`${keys[0].secret}0`));
      await add('a secret as long', 'forged', put('f'.repeat(keys[0].secret.length)));
    },
  },
];
