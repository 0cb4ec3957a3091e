// Paddle. Its SDK verifies; node:crypto signs as the documentation says.
import { Paddle } from '@paddle/paddle-node-sdk';
import { hmac, token } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'paddle-signature';
const numeric = 'reads the time with parseInt and signs that';
const event = (status) =>
  JSON.stringify({
    event_id: 'evt_01hv8x29kz0t586xy6zn1a62ny',
    event_type: 'transaction.completed',
    data: { id: 'txn_01hv8wptq8987qeep44cyrewp9', status },
  });

export const providers = [
  {
    preset: 'paddle',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: () => {
      const secret = `pdl_ntfset_${token(12)}`;
      return { line: secret, secret };
    },
    body: event('completed'),
    other: event('cancelled'),
    signature: kName,
    unit: 's',
    media: 'application/json',
    shows: {
      id: 'evt_01hv8x29kz0t586xy6zn1a62ny',
      type: 'transaction.completed',
      partition: 'txn_01hv8wptq8987qeep44cyrewp9',
    },
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        [kName, `ts=${time};h1=${hmac('sha256', key.secret, `${time}:${body}`, 'hex')}`],
      ],
    }),
    timeOf: (request) => header(request, kName).match(/ts=(\d+)/)[1],
    respell: (request, text) => setHeader(request, kName, header(request, kName).replace(/ts=[^;]*/, `ts=${text}`)),
    withoutTime: (request) => setHeader(request, kName, header(request, kName).replace(/ts=[^;]*;/, '')),
    verify: ({ body, object }, key) => new Paddle('key').webhooks.isSignatureValid(body, key.secret, object[kName]),
    differs: {
      '240 s old': 'allows 5 s',
      '360 s ahead': 'bounds only the past',
      'time with a leading zero': numeric,
      'time with a sign': numeric,
      'time with a fraction': numeric,
      'time with words behind': numeric,
      'rotated secret, ours first': 'looks at the last h1 only',
      'capital digits': 'compares texts',
      'signature header twice': 'takes the last of the joined headers',
      'signature header twice, a forged one first': 'takes the last of the joined headers',
      'time in hex': 'parseInt reads it',
    },
    async more({ add, make, keys, stranger, genuine, time }) {
      const put = (text) => setHeader(genuine, kName, text);
      const at = time();
      const mac = async (key) => header(await make({ key, time: at }), kName).match(/h1=(\w+)/)[1];
      const [own, foreign] = [await mac(keys[0]), await mac(stranger)];
      await add('rotated secret, ours last', 'accepted', put(`ts=${at};h1=${foreign};h1=${own}`), { key: 'current' });
      await add('rotated secret, ours first', 'accepted', put(`ts=${at};h1=${own};h1=${foreign}`), { key: 'current' });
      await add('with an h2 of the future', 'accepted', put(`ts=${at};h2=${foreign};h1=${own}`), { key: 'current' });
      await add('only an h2', 'unsigned', put(`ts=${at};h2=${own}`));
      await add('separated by commas', 'unsigned', put(`ts=${at},h1=${own}`));
      await add('capital digits', 'accepted', put(`ts=${at};h1=${own.toUpperCase()}`));
      await add(
        'a dot for the colon',
        'forged',
        put(`ts=${at};h1=${hmac('sha256', keys[0].secret, `${at}.${genuine.body}`, 'hex')}`),
      );
    },
  },
];
