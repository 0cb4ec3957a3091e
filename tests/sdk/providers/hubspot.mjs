// HubSpot, v3. Its library makes and checks the signature; the escapes that its documentation lists are left to the
// caller there.
import { Signature } from '@hubspot/api-client';
import { rawKey } from '../lib/crypto.mjs';
import { setHeader } from '../lib/request.mjs';

const kName = 'x-hubspot-signature-v3';
const kTime = 'x-hubspot-request-timestamp';
const numeric = 'takes any text whose difference is a number';
const kListed = {
  '%3A': ':',
  '%2F': '/',
  '%3F': '?',
  '%40': '@',
  '%21': '!',
  '%24': '$',
  '%27': "'",
  '%28': '(',
  '%29': ')',
  '%2A': '*',
  '%2C': ',',
  '%3B': ';',
};
const decoded = (url) => url.replace(/%[0-9A-F]{2}/gi, (escape) => kListed[escape.toUpperCase()] ?? escape);
const events = (value) =>
  JSON.stringify([
    {
      eventId: 100,
      subscriptionId: 123,
      portalId: 62515,
      occurredAt: 1564113600000,
      subscriptionType: 'contact.propertyChange',
      attemptNumber: 0,
      objectId: 123,
      propertyName: 'city',
      propertyValue: value,
    },
  ]);
const signature = (key, url, body, timestamp) =>
  Signature.getSignature('POST', 'v3', { clientSecret: key.secret, url, requestBody: body, timestamp, signature: '' });

const provider = {
  preset: 'hubspot',
  again: { anew: 'accepted', changed: 'accepted' },
  url: 'https://hooks.example.com/hubspot',
  key: rawKey,
  body: events('Vienna'),
  other: events('Berlin'),
  signature: kName,
  timestamp: kTime,
  unit: 'ms',
  media: 'application/json',
  shows: { type: 'contact.propertyChange', attempt: '0' },
  make: ({ key, body, time, target, url }) => ({
    target,
    body,
    headers: [
      ['content-type', 'application/json'],
      [kTime, time],
      [kName, signature(key, decoded(url), body, time)],
    ],
  }),
  respell: (request, text) => setHeader(request, kTime, text),
  verify: ({ body, object }, key, url) =>
    Signature.isValid({
      signatureVersion: 'v3',
      clientSecret: key.secret,
      url: decoded(url),
      requestBody: body,
      timestamp: object[kTime],
      signature: object[kName],
      method: 'POST',
    }),
  differs: { '360 s ahead': 'bounds only the past' },
};

export const providers = [
  provider,
  {
    ...provider,
    location: 'hubspot-escapes',
    url: 'https://hooks.example.com/hubspot?to=a%40b%2Ec%3a1&q=100%25%20(x)%2f%2F&when=1%2C2%3B3',
    async more({ add, keys, genuine, time }) {
      const at = time();
      const of = (url) => setHeader(setHeader(genuine, kTime, at), kName, signature(keys[0], url, genuine.body, at));
      await add('signed with the escapes left', 'forged', of(this.url), { sdk: false });
      await add('signed with every escape decoded', 'forged', of(decodeURIComponent(this.url)), { sdk: false });
    },
  },
];
