// Zoom has no library for this: node:crypto, by the documentation.
import { hmac, rawKey } from '../lib/crypto.mjs';
import { setHeader } from '../lib/request.mjs';

const event = (uuid) =>
  JSON.stringify({
    event: 'meeting.started',
    event_ts: 1626230691572,
    payload: { account_id: 'AAAAAABBBB', object: { id: '1234567890', uuid } },
  });

export const providers = [
  {
    preset: 'zoom',
    again: { anew: 'duplicate', changed: 'accepted' },
    key: rawKey,
    body: event('4444AAAiAAAAAiAiAiiAii=='),
    other: event('5555AAAiAAAAAiAiAiiAii=='),
    signature: 'x-zm-signature',
    timestamp: 'x-zm-request-timestamp',
    unit: 's',
    media: 'application/json',
    shows: { type: 'meeting.started', partition: '4444AAAiAAAAAiAiAiiAii==' },
    make: ({ key, body, time, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['x-zm-request-timestamp', time],
        ['x-zm-signature', `v0=${hmac('sha256', key.secret, `v0:${time}:${body}`, 'hex')}`],
      ],
    }),
    respell: (request, text) => setHeader(request, 'x-zm-request-timestamp', text),
    async more({ add, make }) {
      await add(
        'the URL validation',
        'accepted',
        make({ body: '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}' }),
        { type: 'endpoint.url_validation' },
      );
    },
  },
];
