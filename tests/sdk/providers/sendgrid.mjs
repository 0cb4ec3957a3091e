// SendGrid. Its library verifies; node:crypto signs as the documentation says.
import sendgrid from '@sendgrid/eventwebhook';
import { ecdsa, ecdsaKey } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'x-twilio-email-event-webhook-signature';
const kTime = 'x-twilio-email-event-webhook-timestamp';
const unbounded = 'does not look at the age';
// The length of an ECDSA signature varies, and with it whether base64 pads it.
const padded = (secret, text) => {
  for (;;) {
    const signature = ecdsa(secret, text);
    if (signature.endsWith('=')) return signature;
  }
};
const unpadded = (secret, text) => {
  for (;;) {
    const signature = ecdsa(secret, text);
    if (!signature.endsWith('=')) return signature;
  }
};
const loose = 'decodes base64 up to where it ends';
const events = (email) =>
  `[{"email":"${email}","event":"delivered","sg_event_id":"ZGVsaXZlcmVk","timestamp":1600112502}]\r\n`;

export const providers = [
  {
    preset: 'sendgrid',
    again: { anew: 'duplicate', changed: 'accepted' },
    key: ecdsaKey,
    body: events('hello@world.com'),
    other: events('hallo@world.com'),
    signature: kName,
    timestamp: kTime,
    unit: 's',
    media: 'application/json',
    shows: { type: '', attempt: '' },
    make: ({ key, body, time, target, seal = padded }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        [kTime, time],
        [kName, seal(key.secret, time + body)],
      ],
    }),
    respell: (request, text) => setHeader(request, kTime, text),
    verify: ({ body, object }, key) => {
      const library = new sendgrid.EventWebhook();
      return library.verifySignature(library.convertPublicKeyToECDSA(key.line), body, object[kName], object[kTime]);
    },
    differs: {
      '310 s old': unbounded,
      '360 s ahead': unbounded,
      'a day old': unbounded,
      'signature header twice': loose,
      'without padding': loose,
    },
    async more({ add, make, genuine }) {
      await add('of a length that needs no padding', 'accepted', make({ seal: unpadded }));
      await add('without the CRLF at the end', 'forged', { ...genuine, body: genuine.body.trimEnd() });
      await add(
        'a signature that is no DER',
        'forged',
        setHeader(genuine, kName, Buffer.alloc(70, 7).toString('base64')),
      );
      await add('without padding', 'unsigned', setHeader(genuine, kName, header(genuine, kName).replace(/=+$/, '')));
    },
  },
];
