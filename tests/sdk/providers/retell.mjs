// Retell AI. Its SDK signs (with the time of the call) and verifies.
import Retell from 'retell-sdk';
import { hmac, token } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'x-retell-signature';
const event = (name, status = 'ended') =>
  JSON.stringify({ event: name, call: { call_id: 'Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6', call_status: status } });

export const providers = [
  {
    preset: 'retell',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: () => {
      const secret = `key_${token(14)}`;
      return { line: secret, secret };
    },
    body: event('call_ended'),
    other: event('call_ended', 'error'),
    signature: kName,
    unit: 'ms',
    media: 'application/json',
    shows: {
      id: 'call_ended:Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6',
      type: 'call_ended',
      partition: 'Jabr9TXYYJHfvl6Syypi88rdAHYHmcq6',
    },
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        [kName, `v=${time},d=${hmac('sha256', key.secret, body + time, 'hex')}`],
      ],
    }),
    timeOf: (request) => header(request, kName).match(/v=(\d+)/)[1],
    respell: (request, text) => setHeader(request, kName, header(request, kName).replace(/v=[^,]*/, `v=${text}`)),
    withoutTime: (request) => setHeader(request, kName, header(request, kName).replace(/v=[^,]*,/, '')),
    verify: ({ body, object }, key) => Retell.verify(body, key.secret, object[kName]),
    differs: {
      'time with a leading zero': 'reads the time as a number and signs that',
      'the parts in another order': 'wants v first',
      'a part of the future': 'wants these two parts and nothing else',
    },
    async more({ add, make, keys, genuine }) {
      const put = (text) => setHeader(genuine, kName, text);
      const [time, mac] = header(genuine, kName).split(',');
      await add('signed by the SDK', 'accepted', (async () => put(await Retell.sign(genuine.body, keys[0].secret)))(), {
        key: 'current',
      });
      await add('time in seconds', 'stale', make({ time: String(Math.floor(Date.now() / 1000)) }));
      await add('the parts in another order', 'accepted', put(`${mac},${time}`));
      await add('a part of the future', 'accepted', put(`${time},x=1,${mac}`));
      await add(
        'time before the body',
        'forged',
        (() => {
          const text = time.slice(2);
          return put(`v=${text},d=${hmac('sha256', keys[0].secret, text + genuine.body, 'hex')}`);
        })(),
      );
      await add('capital digits', 'accepted', put(`${time},${mac.slice(0, 2)}${mac.slice(2).toUpperCase()}`));
      await add(
        'a digit of the body taken into the time',
        'stale',
        (async () => {
          // body + time is one text: "{...}1" and "700..." sign the same as "{...}" and "1700...".
          const moved = await make();
          return { ...setHeader(moved, kName, header(moved, kName).replace('v=1', 'v=')), body: `${moved.body}1` };
        })(),
      );
      await add('an event that may come again', 'accepted', make({ body: event('transfer_started') }), {
        type: 'transfer_started',
      });
      await add('a custom function', 'accepted', make({ body: '{"name":"book","args":{"day":"monday"}}' }), {
        type: '',
      });
    },
  },
];
