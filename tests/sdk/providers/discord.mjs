// Discord. Its library verifies; node:crypto signs as the documentation says.
import { verifyKey } from 'discord-interactions';
import { ed25519, ed25519Key } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'x-signature-ed25519';
const unbounded = 'does not look at the age';

export const providers = [
  {
    preset: 'discord',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: () => ed25519Key('hex'),
    body: '{"type":2,"id":"786008729715212338","token":"A_UNIQUE_TOKEN","data":{"name":"cardsearch"}}',
    other: '{"type":2,"id":"786008729715212338","token":"A_UNIQUE_TOKEN","data":{"name":"cardsteals"}}',
    signature: kName,
    timestamp: 'x-signature-timestamp',
    unit: 's',
    media: 'application/json',
    shows: { id: '786008729715212338', type: '2' },
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['x-signature-timestamp', time],
        [kName, ed25519(key.secret, time + body, 'hex')],
      ],
    }),
    respell: (request, text) => setHeader(request, 'x-signature-timestamp', text),
    verify: ({ body, object }, key) =>
      verifyKey(body, object[kName] ?? '', object['x-signature-timestamp'] ?? '', key.line),
    differs: {
      '310 s old': unbounded,
      '360 s ahead': unbounded,
      'a day old': unbounded,
      'a digit of the time taken into the body': unbounded,
    },
    async more({ add, make, genuine }) {
      await add(
        'a ping of webhook events',
        'accepted',
        make({ body: '{"version":1,"application_id":"1234560123453231555","type":0}' }),
        { type: '0' },
      );
      await add(
        'a digit of the time taken into the body',
        'stale',
        (async () => {
          // time + body is one text.
          const moved = await make();
          const time = header(moved, 'x-signature-timestamp');
          return { ...setHeader(moved, 'x-signature-timestamp', time.slice(0, -1)), body: time.slice(-1) + moved.body };
        })(),
      );
      await add(
        'in base64',
        'unsigned',
        setHeader(genuine, kName, Buffer.from(header(genuine, kName), 'hex').toString('base64')),
      );
    },
  },
];
