// Telnyx. The SDK verifies; node:crypto signs as the documentation says.
import Telnyx from 'telnyx';
import { ed25519, ed25519Key } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const event = (digits) =>
  JSON.stringify({
    data: {
      event_type: 'call.hangup',
      id: '0ccc7b54-4df3-4bca-a65a-3da1ecc777f0',
      record_type: 'event',
      payload: { call_session_id: '428c31b6-7af4-4bcb-b7f5-5013ef9657c1', from: `+1${digits}` },
    },
    meta: { attempt: 2, delivered_to: 'https://hooks.example.com/telnyx' },
  });

export const providers = [
  {
    preset: 'telnyx',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: () => ed25519Key('base64'),
    body: event('5550100'),
    other: event('5550199'),
    signature: 'telnyx-signature-ed25519',
    timestamp: 'telnyx-timestamp',
    unit: 's',
    media: 'application/json',
    shows: {
      id: '0ccc7b54-4df3-4bca-a65a-3da1ecc777f0',
      type: 'call.hangup',
      attempt: '2',
      partition: '428c31b6-7af4-4bcb-b7f5-5013ef9657c1',
    },
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['telnyx-timestamp', time],
        ['telnyx-signature-ed25519', ed25519(key.secret, `${time}|${body}`, 'base64')],
      ],
    }),
    differs: { 'signature with bits left over': 'drops them' },
    respell: (request, text) => setHeader(request, 'telnyx-timestamp', text),
    verify: async ({ body, object }, key) => {
      const client = new Telnyx({ apiKey: 'KEY', publicKey: key.line });
      await client.webhooks.unwrap(body, { headers: object });
      return true;
    },
    async more({ add, make, keys, genuine, time }) {
      const put = (text) => setHeader(genuine, 'telnyx-signature-ed25519', text);
      const value = header(genuine, 'telnyx-signature-ed25519');
      // 64 bytes leave 2 of the last 6 bits to use; the others are zero.
      await add('signature in base64url', 'unsigned', put('-_'.repeat(43) + '=='));
      await add('signature without padding', 'unsigned', put(value.replace(/=+$/, '')));
      await add(
        'signature with bits left over',
        'unsigned',
        put(`${value.slice(0, -3)}${{ A: 'B', Q: 'R', g: 'h', w: 'x' }[value.at(-3)]}==`),
      );
      await add('signature of zeros', 'forged', put(Buffer.alloc(64).toString('base64')));
      await add(
        'a dot for the bar',
        'forged',
        (async () => {
          const text = time();
          return setHeader(
            setHeader(await make(), 'telnyx-timestamp', text),
            'telnyx-signature-ed25519',
            ed25519(keys[0].secret, `${text}.${genuine.body}`, 'base64'),
          );
        })(),
      );
      // Genuine, so they go on to whoever keeps such things: refused they would only come again. Their id is their hash.
      const nameless = { sdk: false, type: '', id: undefined, partition: undefined, attempt: '' };
      const body = '{"data":{"event_type":"call.hangup"}}';
      await add('no event id', 'accepted', make({ body }), { ...nameless, type: 'call.hangup' });
      await add('no JSON', 'accepted', make({ body: '{"data":' }), nameless);
      await add('words of many languages', 'accepted', make({ body: genuine.body.replace('call.hangup', 'ü漢字😀') }), {
        type: '',
      });
    },
  },
];
