// GitHub. Octokit signs and verifies.
import { sign, verify } from '@octokit/webhooks-methods';
import { hmac, rawKey } from '../lib/crypto.mjs';
import { dropHeader, header, repeatHeader, setHeader } from '../lib/request.mjs';

const kName = 'x-hub-signature-256';
const kDelivery = '72d3162e-cc78-11e3-81ab-4c9367dc0958';
const twice = 'refuses for what joins the two; a comma is no digit';

export const providers = [
  {
    preset: 'github',
    again: { changed: 'accepted' },
    key: rawKey,
    body: '{"action":"opened","issue":{"number":1347},"repository":{"id":1296269}}',
    other: '{"action":"opened","issue":{"number":1348},"repository":{"id":1296269}}',
    signature: kName,
    media: 'application/json',
    shows: { id: kDelivery, type: 'issues', partition: kDelivery },
    make: async ({ key, body, target, type = 'application/json' }) => ({
      target,
      body,
      headers: [
        ['content-type', type],
        ['x-github-event', 'issues'],
        ['x-github-delivery', kDelivery],
        [kName, await sign(key.secret, body)],
      ],
    }),
    verify: ({ body, object }, key) => verify(key.secret, body, object[kName]),
    async more({ add, make, keys, genuine }) {
      const put = (text) => setHeader(genuine, kName, text);
      await add(
        'as a form',
        'accepted',
        make({ body: 'payload=%7B%22action%22%3A%22opened%22%7D', type: 'application/x-www-form-urlencoded' }),
      );
      await add('without the prefix', 'unsigned', put(header(genuine, kName).slice('sha256='.length)));
      await add(
        'SHA-1 under the new name',
        'unsigned',
        put(`sha1=${hmac('sha1', keys[0].secret, genuine.body, 'hex')}`),
      );
      await add(
        'only the old header',
        'unsigned',
        setHeader(
          dropHeader(genuine, kName),
          'x-hub-signature',
          `sha1=${hmac('sha1', keys[0].secret, genuine.body, 'hex')}`,
        ),
      );
      await add('no delivery id', 'unsigned', dropHeader(genuine, 'x-github-delivery'), { sdk: false });
      await add('two delivery ids', 'unsigned', repeatHeader(genuine, 'x-github-delivery', 'another'), { sdk: false });
      await add('a body in another alphabet', 'accepted', make({ body: '{"title":"Übergröße 漢字 😀"}' }));
    },
  },
];
