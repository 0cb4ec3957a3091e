// Mailgun has no library for this: node:crypto, by the documentation. Its signature is in the body and covers none of
// it.
import { hmac, rawKey, token } from '../lib/crypto.mjs';
import { flipped } from '../lib/request.mjs';

const kToken = 'd9e8f7c6b5a4938271605f4e3d2c1b0a9f8e7d6c5b4a392817';
const kEvent = {
  event: 'opened',
  id: 'Ase7i2zsRYeDXztHGENqRA',
  message: { headers: { 'message-id': '2013.MG@example.com' } },
};
const change = (request, edit) => {
  const body = JSON.parse(request.body);
  edit(body);
  return { ...request, body: JSON.stringify(body) };
};

export const providers = [
  {
    preset: 'mailgun',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: rawKey,
    body: kEvent,
    other: { ...kEvent, event: 'clicked' },
    bodyIsOpen: true,
    unit: 's',
    media: 'application/json',
    shows: { id: kToken, type: 'opened', partition: '2013.MG@example.com' },
    make: ({ key, body, time, target, id = kToken }) => ({
      target,
      headers: [['content-type', 'application/json']],
      body: JSON.stringify({
        signature: { timestamp: time, token: id, signature: hmac('sha256', key.secret, time + id, 'hex') },
        'event-data': body,
      }),
    }),
    withBody: (request, other) =>
      change(request, (body) => {
        body['event-data'] = other;
      }),
    timeOf: (request) => JSON.parse(request.body).signature.timestamp,
    respell: (request, text) =>
      change(request, (body) => {
        body.signature.timestamp = text;
      }),
    withoutTime: (request) =>
      change(request, (body) => {
        delete body.signature.timestamp;
      }),
    async more({ add, genuine }) {
      const edited = (edit) => change(genuine, (body) => edit(body.signature));
      await add(
        'another token',
        'forged',
        edited((it) => {
          it.token = token(25);
        }),
      );
      await add(
        'a digit of the token taken into the time',
        'stale',
        edited((it) => {
          it.timestamp += it.token[0] === 'd' ? '1' : it.token[0];
        }),
      );
      await add(
        'no token',
        'unsigned',
        edited((it) => {
          delete it.token;
        }),
      );
      await add(
        'a digit of the signature',
        'forged',
        edited((it) => {
          it.signature = flipped(it.signature);
        }),
      );
      await add(
        'no signature',
        'unsigned',
        edited((it) => {
          delete it.signature;
        }),
      );
      await add(
        'a list of signatures',
        'unsigned',
        edited((it) => {
          it.signature = [it.signature];
        }),
      );
      await add(
        'time as a number',
        'accepted',
        edited((it) => {
          it.timestamp = Number(it.timestamp);
        }),
      );
      await add('two signatures', 'malformed', {
        ...genuine,
        body: genuine.body.replace('{"signature":', '{"signature":{},"signature":'),
      });
      await add('no JSON', 'malformed', { ...genuine, body: genuine.body.slice(0, -1) });
    },
  },
];
