// Plivo, v3. Its SDK verifies; node:crypto signs what the SDKs of all languages build.
import { parse } from 'node:querystring';
import plivo from 'plivo';
import { hmac, rawKey } from '../lib/crypto.mjs';
import { dropHeader, header, repeatHeader, setHeader } from '../lib/request.mjs';

const kName = 'x-plivo-signature-v3';
const kNonce = 'x-plivo-signature-v3-nonce';
const kForm = 'application/x-www-form-urlencoded';
const form = (event) =>
  `CallUUID=97ceeb52-58b6-11e1-86da-77300b68f8bb&Event=${event}&From=%2B12125551234&To=14155551234`;

const pairs = (params) =>
  Object.keys(params)
    .sort()
    .flatMap((name) =>
      [params[name]]
        .flat()
        .sort()
        .map((value) => [name, value]),
    );
function base(url, params) {
  const [path, query = ''] = url.split('?');
  const sorted = pairs(parse(query))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const fields = pairs(params)
    .map((pair) => pair.join(''))
    .join('');
  if (!fields) return sorted ? `${path}?${sorted}` : path;
  return sorted ? `${path}?${sorted}.${fields}` : `${path}?${fields}`;
}

const provider = {
  preset: 'plivo',
  again: { changed: 'accepted' },
  url: 'https://hooks.example.com/plivo/answer',
  key: rawKey,
  body: form('StartApp'),
  other: form('StopsApp'),
  signature: kName,
  media: kForm,
  shows: { type: 'StartApp', partition: '97ceeb52-58b6-11e1-86da-77300b68f8bb' },
  make: ({ key, body, target, url, nonce = '12345', params = parse(body) }) => ({
    target,
    body,
    headers: [
      ['content-type', kForm],
      [kNonce, nonce],
      [kName, hmac('sha256', key.secret, `${base(url, params)}.${nonce}`, 'base64')],
    ],
  }),
  verify: ({ body, object }, key, url) =>
    plivo.validateV3Signature('POST', url, object[kNonce], key.secret, object[kName], parse(body)),
  differs: {
    'signature header twice': 'takes the list that the joined headers make',
  },
  async more({ add, make, stranger, genuine }) {
    const own = header(genuine, kName);
    const foreign = header(await make({ key: stranger }), kName);
    const put = (text) => setHeader(genuine, kName, text);
    await add('list, ours first', 'accepted', put(`${own},${foreign}`), { key: 'current' });
    await add('list, ours last', 'accepted', put(`${foreign},${own}`), { key: 'current' });
    await add('another nonce', 'forged', setHeader(genuine, kNonce, '54321'));
    await add('no nonce', 'unsigned', dropHeader(genuine, kNonce));
    await add('two nonces', 'unsigned', repeatHeader(genuine, kNonce, '54321'));
    await add('a field twice', 'accepted', make({ body: 'b=2&b=1&b=2&a=3' }));
    await add('blanks and other alphabets', 'accepted', make({ body: 'Text=a+b%20c%2B%C3%BC&From=' }));
    await add(
      'sent as JSON',
      'unsupported',
      { ...setHeader(genuine, 'content-type', 'application/json'), body: '{}' },
      { sdk: false },
    );
    await add(
      'only the header of the main account',
      'unsigned',
      setHeader(dropHeader(genuine, kName), 'x-plivo-signature-ma-v3', own),
      { sdk: false },
    );
  },
};

export const providers = [
  provider,
  { ...provider, location: 'plivo-query', url: 'https://hooks.example.com/plivo/answer?b=2&a=x%20y&b=1' },
  { ...provider, location: 'plivo-odd', url: 'https://hooks.example.com:8443/plivo/?flag&z=%C3%BC&a=1=2' },
  { ...provider, location: 'plivo-root', url: 'https://hooks.example.com/' },
];
