// Stripe. Its SDK makes test headers and verifies.
import Stripe from 'stripe';
import { token } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'stripe-signature';
const event = (amount) =>
  JSON.stringify({
    id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
    object: 'event',
    type: 'charge.succeeded',
    data: { object: { id: 'ch_3MmlLrLkdIwHu7ix0snN0B15', amount } },
  });
const numeric = 'reads the time with parseInt and signs that';
const lists = 'finds every v1 of the joined headers, and takes the last time';

export const providers = [
  {
    preset: 'stripe',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: () => {
      const secret = `whsec_${token(16)}`;
      return { line: secret, secret };
    },
    body: event(1099),
    other: event(9099),
    signature: kName,
    unit: 's',
    media: 'application/json',
    shows: {
      id: 'evt_1NG8Du2eZvKYlo2CUI79vXWy',
      type: 'charge.succeeded',
      partition: 'ch_3MmlLrLkdIwHu7ix0snN0B15',
      attempt: '',
    },
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        [
          kName,
          Stripe.webhooks.generateTestHeaderString({ payload: body, secret: key.secret, timestamp: Number(time) }),
        ],
      ],
    }),
    timeOf: (request) => header(request, kName).match(/t=(\d+)/)[1],
    respell: (request, text) => setHeader(request, kName, header(request, kName).replace(/t=[^,]*/, `t=${text}`)),
    withoutTime: (request) => setHeader(request, kName, header(request, kName).replace(/t=[^,]*,/, '')),
    verify: ({ body, object }, key) => {
      Stripe.webhooks.constructEvent(body, object[kName], key.secret);
      return true;
    },
    differs: {
      '360 s ahead': 'bounds only the past',
      'time with a leading zero': numeric,
      'time with a sign': numeric,
      'time with a fraction': numeric,
      'time with words behind': numeric,
      'time with a blank before': numeric,
      'signature header twice': lists,
      'signature header twice, a forged one first': lists,
      'time twice': 'takes the last',
      'an empty entry': 'skips it',
      'a v1 that is no MAC beside the right one': 'takes whichever matches',
    },
    async more({ add, make, keys, stranger, genuine, time }) {
      const value = header(genuine, kName);
      const put = (text) => setHeader(genuine, kName, text);
      const at = time();
      const mac = async (key) => header(await make({ key, time: at }), kName).match(/v1=(\w+)/)[1];
      const [own, second, foreign] = await Promise.all([mac(keys[0]), mac(keys[1]), mac(stranger)]);
      await add('rolled secret, ours last', 'accepted', put(`t=${at},v1=${foreign},v1=${own}`), { key: 'current' });
      await add('rolled secret, ours first', 'accepted', put(`t=${at},v1=${own},v1=${foreign}`), { key: 'current' });
      await add('rolled secret, the second of ours', 'accepted', put(`t=${at},v1=${foreign},v1=${second}`), {
        key: 'next',
      });
      await add('with a v0 of test mode', 'accepted', put(`t=${at},v1=${own},v0=${foreign}`), { key: 'current' });
      await add('time at the end', 'accepted', put(`v1=${own},t=${at}`));
      await add('only a v0', 'unsigned', put(`t=${at},v0=${own}`));
      await add('a v9', 'unsigned', put(`t=${at},v9=${own}`));
      await add('time with a blank before', 'unsigned', put(`t= ${at},v1=${own}`));
      await add('time twice', 'unsigned', put(`t=${Number(at) - 9},t=${at},v1=${own}`));
      await add('an empty entry', 'unsigned', put(`t=${at},,v1=${own}`));
      await add('a v1 that is no MAC beside the right one', 'unsigned', put(`t=${at},v1=short,v1=${own}`));
      await add('separated by semicolons', 'unsigned', put(value.replaceAll(',', ';')));
      await add('secret without whsec_', 'forged', make({ key: { secret: keys[0].secret.replace('whsec_', '') } }));
    },
  },
];
