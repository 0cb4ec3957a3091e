// Twilio. Its library makes the expected signature and verifies.
import { parse } from 'node:querystring';
import twilio from 'twilio';
import { sha256, token } from '../lib/crypto.mjs';
import { dropHeader, header, repeatHeader, setHeader } from '../lib/request.mjs';

const kName = 'x-twilio-signature';
const kForm = 'application/x-www-form-urlencoded';
const key = () => {
  const secret = token(16);
  return { line: secret, secret };
};
const form = (status) =>
  `CallSid=CA1234567890ABCDE&CallStatus=${status}&Caller=%2B14158675310&From=%2B14158675310&Digits=1234`;

const formProvider = {
  preset: 'twilio',
  again: { changed: 'accepted' },
  url: 'https://hooks.example.com/twilio/voice?tenant=7&x=%27y%27',
  key,
  body: form('ringing'),
  other: form('answers'),
  signature: kName,
  media: kForm,
  shows: { id: 'token-1', type: 'ringing', partition: 'CA1234567890ABCDE' },
  make: ({ key: { secret }, body, target, url, params = parse(body) }) => ({
    target,
    body,
    headers: [
      ['content-type', kForm],
      ['i-twilio-idempotency-token', 'token-1'],
      [kName, twilio.getExpectedTwilioSignature(secret, url, params)],
    ],
  }),
  verify: ({ body, object }, { secret }, url) => twilio.validateRequest(secret, object[kName], url, parse(body)),
  differs: { 'signed for the default port': 'tries the URL with and without its port' },
  async more({ add, make, genuine }) {
    const of = (body) => make({ body });
    await add('a field twice, and its value twice', 'accepted', of('Media=b&Media=a&Media=b&CallSid=CA1'));
    await add(
      'blanks, plus signs and other alphabets',
      'accepted',
      of('Body=a+b%20c%2B%C3%BC%F0%9F%98%80&To=%20x&Empty=&CallSid=CA1'),
    );
    await add('names in another order', 'accepted', of('b=1&a=2&B=3&A=4&_=5&aa=6'));
    await add('an equals sign in a value', 'accepted', of('a=b=c&d'));
    await add('a field more', 'forged', { ...genuine, body: `${genuine.body}&Extra=1` });
    await add('a field less', 'forged', { ...genuine, body: genuine.body.replace('&Digits=1234', '') });
    await add('a broken escape', 'malformed', { ...genuine, body: `${genuine.body}%zz` }, { sdk: false });
    await add('signed for another URL', 'forged', make({ url: 'https://hooks.example.com/twilio/sms' }));
    await add('signed for the default port', 'forged', make({ url: this.url.replace('.com/', '.com:443/') }));
    await add('signed as JSON, sent as a form', 'forged', make({ params: {} }));
    await add('no idempotency token', 'accepted', dropHeader(genuine, 'i-twilio-idempotency-token'), {
      type: 'ringing',
    });
    await add('two idempotency tokens', 'unsigned', repeatHeader(genuine, 'i-twilio-idempotency-token', 'b'), {
      sdk: false,
    });
    await add('a form of 600 fields', 'malformed', of(Array.from({ length: 600 }, (_, i) => `f${i}=1`).join('&')), {
      sdk: false,
    });
  },
};

const json = '{"specversion":"1.0","id":"EZ1","data":{"status":"delivered"}}';
const withDigest = (digest) => `https://hooks.example.com/twilio/events?bodySHA256=${digest}&tenant=7`;
const jsonProvider = {
  ...formProvider,
  location: 'twilio-json',
  again: undefined,
  url: withDigest(sha256(json)),
  body: json,
  other: json.replace('delivered', 'discarded'),
  media: 'application/json',
  shows: { id: 'token-1', type: '', partition: 'token-1' },
  make: ({ key: { secret }, body, target, url }) => ({
    target,
    body,
    headers: [
      ['content-type', 'application/json'],
      ['i-twilio-idempotency-token', 'token-1'],
      [kName, twilio.getExpectedTwilioSignature(secret, url, {})],
    ],
  }),
  verify: ({ body, object }, { secret }, url) => twilio.validateRequestWithBody(secret, object[kName], url, body),
  differs: undefined,
  async more({ add, make, genuine }) {
    await add('another digest in the signed URL', 'forged', make({ url: withDigest(sha256('other')) }));
    await add('sent as a form', 'forged', setHeader(genuine, 'content-type', kForm), { sdk: false });
    await add('without a media type it has', 'unsupported', setHeader(genuine, 'content-type', 'text/xml'), {
      sdk: false,
    });
  },
};

// Without webhook_url: the URL is what nginx saw, http and the Host header.
const direct = {
  ...formProvider,
  location: 'twilio-direct',
  again: undefined,
  url: undefined,
  isSpecial: true,
  differs: { 'JSON of two digests': 'looks at the first' },
  async more({ add, make }) {
    const at = async (host, target, options = {}) => {
      const request = await make({ target, url: `http://${host}${target}`, ...options });
      return setHeader(request, 'host', host);
    };
    const url = (host, target) => ({ url: `http://${host}${target}` });
    const host = 'hooks.example.com';
    await add(
      'genuine',
      'accepted',
      at(host, '/twilio-direct?a=%27b%27&c=+d'),
      url(host, '/twilio-direct?a=%27b%27&c=+d'),
    );
    await add('with a port', 'accepted', at(`${host}:8080`, '/twilio-direct'), url(`${host}:8080`, '/twilio-direct'));
    await add(
      'sent to another host',
      'forged',
      (async () => setHeader(await at(host, '/twilio-direct'), 'host', 'other.example.com'))(),
      url('other.example.com', '/twilio-direct'),
    );
    await add(
      'sent with another query',
      'forged',
      (async () => ({ ...(await at(host, '/twilio-direct?a=1')), target: '/twilio-direct?a=2' }))(),
      url(host, '/twilio-direct?a=2'),
    );
    const asJson = async (target) => {
      const request = { ...(await at(host, target, { params: {} })), body: json };
      return setHeader(request, 'content-type', 'application/json');
    };
    const digest = `bodySHA256=${sha256(json)}`;
    const verify = ({ body, object }, { secret }, one) =>
      twilio.validateRequestWithBody(secret, object[kName], one, body);
    const jsonCase = (name, expect, target, shows) =>
      add(name, expect, asJson(target), { ...url(host, target), verify, ...shows });
    await jsonCase('JSON', 'accepted', `/twilio-direct?${digest}`);
    await jsonCase('JSON without digest', 'unsigned', '/twilio-direct?a=1', { reason: 'digest_missing' });
    await jsonCase('JSON of another digest', 'forged', `/twilio-direct?bodySHA256=${sha256('other')}`);
    await jsonCase('JSON of two digests', 'unsigned', `/twilio-direct?${digest}&bodySHA256=${sha256('other')}`);
    await jsonCase(
      'JSON of a digest in capitals',
      'forged',
      `/twilio-direct?${digest.toUpperCase().replace('BODY', 'body')}`,
    );
  },
};

export const providers = [formProvider, jsonProvider, direct];
