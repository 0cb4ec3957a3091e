// Standard Webhooks under either set of header names.
import { base64Key, ed25519, ed25519Key } from './crypto.mjs';
import { dropHeader, flipped, header, repeatHeader, setHeader } from './request.mjs';

const kId = 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj';
const joined = 'finds every signature of the joined headers';
const numeric = 'reads the time as a number and signs that';

export function standard({ preset, names, Webhook, parsesBody }) {
  const shared = {
    preset,
    again: { anew: 'duplicate', changed: 'duplicate' },
    body: '{"type":"invoice.paid","data":{"total":100}}',
    other: '{"type":"invoice.paid","data":{"total":900}}',
    shows: { id: kId, type: 'invoice.paid', partition: kId },
    signature: names.signature,
    timestamp: names.time,
    unit: 's',
    respell: (request, text) => setHeader(request, names.time, text),
  };
  const request = ({ target, body, time, id = kId }, signature) => ({
    target,
    body,
    headers: [
      ['content-type', 'application/json'],
      [names.id, id],
      [names.time, time],
      [names.signature, signature],
    ],
  });

  const v1 = {
    ...shared,
    key: () => base64Key('whsec_'),
    make: ({ key, id = kId, ...rest }) =>
      request({ ...rest, id }, new Webhook(key.line).sign(id, new Date(Number(rest.time) * 1000), rest.body)),
    verify: ({ body, object }, key) => {
      new Webhook(key.line).verify(body, object);
      return true;
    },
    differs: {
      'time with a leading zero': numeric,
      'time with a fraction': numeric,
      'time with words behind': numeric,
      'time with a sign': numeric,
      'signature header twice': joined,
      'signature header twice, a forged one first': joined,
      'no body': 'verifies nothing as well; here an empty request is no event',
      ...(parsesBody ? { 'a body that is no JSON': 'parses it' } : {}),
    },
    async more({ add, make, keys, stranger, genuine, time }) {
      const own = header(genuine, names.signature);
      const list = (...signatures) => setHeader(genuine, names.signature, signatures.join(' '));
      const foreign = header(await make({ key: stranger }), names.signature);
      const second = header(await make({ key: keys[1] }), names.signature);
      await add('rotation, ours first', 'accepted', list(own, foreign), { key: 'current' });
      await add('rotation, ours last', 'accepted', list(foreign, own), { key: 'current' });
      await add('rotation, both ours', 'accepted', list(second, own), { key: 'current' });
      await add('with a version of the future', 'accepted', list('v2,c29tZXRoaW5n', own), { key: 'current' });
      await add('only a version of the future', 'unsigned', list(own.replace('v1,', 'v2,')));
      await add('no version', 'unsigned', list(own.replace('v1,', '')));
      await add('16 of nobody and ours', 'unsigned', list(...Array(16).fill(foreign), own), { sdk: false });
      await add('15 of nobody and ours', 'accepted', list(...Array(15).fill(foreign), own));
      await add('list separated by commas', 'unsigned', setHeader(genuine, names.signature, `${foreign},${own}`));
      await add('another id', 'forged', setHeader(genuine, names.id, 'msg_another'));
      await add('no id', 'unsigned', dropHeader(genuine, names.id));
      await add('id twice', 'unsigned', repeatHeader(genuine, names.id));
      await add(
        'id and time shifted',
        'unsigned',
        (() => {
          const moved = setHeader(genuine, names.id, `${kId}.${header(genuine, names.time)}`);
          return setHeader(moved, names.time, '{');
        })(),
      );
      await add('a body that is no JSON', 'accepted', make({ body: 'plain words' }), { type: '' });
      await add('no body', 'malformed', make({ body: '' }));
      await add('a digit of the second of two', 'forged', list(foreign, flipped(own)));
      await add(
        'signed with the whole secret as bytes',
        'forged',
        (() => {
          const raw = new Webhook(Buffer.from(keys[0].line).toString('base64'));
          return list(raw.sign(kId, new Date(Number(time()) * 1000), genuine.body));
        })(),
      );
    },
  };

  const v1a = {
    ...shared,
    location: `${preset}-v1a`,
    key: () => ed25519Key('base64', 'whpk_'),
    make: ({ key, ...rest }) =>
      request(rest, `v1a,${ed25519(key.secret, `${rest.id ?? kId}.${rest.time}.${rest.body}`, 'base64')}`),
    async more({ add, make, stranger, genuine }) {
      const own = header(genuine, names.signature);
      const list = (...signatures) => setHeader(genuine, names.signature, signatures.join(' '));
      const foreign = header(await make({ key: stranger }), names.signature);
      const mac = `v1,${Buffer.alloc(32).toString('base64')}`;
      await add('beside a v1 of nobody', 'accepted', list(mac, own), { key: 'current' });
      await add('rotation', 'accepted', list(foreign, own), { key: 'current' });
      await add('under the name of the other version', 'unsigned', list(own.replace('v1a,', 'v1,')));
      await add('only a v1', 'forged', list(mac));
      await add('4 of nobody and ours', 'unsigned', list(...Array(4).fill(foreign), own));
    },
  };
  return [v1, v1a];
}
