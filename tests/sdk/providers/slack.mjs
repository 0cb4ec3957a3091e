// Slack. Bolt verifies; node:crypto signs as the documentation says.
import bolt from '@slack/bolt';
import { hmac, rawKey } from '../lib/crypto.mjs';
import { header, setHeader } from '../lib/request.mjs';

const kName = 'x-slack-signature';
const event = (user) =>
  JSON.stringify({
    type: 'event_callback',
    event_id: 'Ev9UQ52YNA',
    team_id: 'T1H9RESGL',
    event: { type: 'message', channel: 'C2147483705', user },
  });
const numeric = 'compares the text with a number, which holds for text that is none';

export const providers = [
  {
    preset: 'slack',
    again: { anew: 'duplicate', changed: 'duplicate' },
    key: rawKey,
    body: event('U061F7AUR'),
    other: event('U061F7AUX'),
    signature: kName,
    timestamp: 'x-slack-request-timestamp',
    unit: 's',
    media: 'application/json',
    shows: { id: 'Ev9UQ52YNA', type: 'message', partition: 'C2147483705', attempt: '1' },
    make: ({ key, body, time, target, type = 'application/json' }) => ({
      target,
      body,
      headers: [
        ['content-type', type],
        ['x-slack-request-timestamp', time],
        ['x-slack-retry-num', '1'],
        [kName, `v0=${hmac('sha256', key.secret, `v0:${time}:${body}`, 'hex')}`],
      ],
    }),
    respell: (request, text) => setHeader(request, 'x-slack-request-timestamp', text),
    verify: ({ body, object }, key) => bolt.isValidSlackRequest({ signingSecret: key.secret, body, headers: object }),
    differs: { '360 s ahead': 'bounds only the past' },
    async more({ add, make, genuine }) {
      const put = (text) => setHeader(genuine, kName, text);
      const form = 'token=x&command=%2Fweather&text=94070&trigger_id=13345224609.738474920.8088930838d88f008e0';
      await add('a command, as a form', 'accepted', make({ body: form, type: 'application/x-www-form-urlencoded' }), {
        type: '',
      });
      await add(
        'the URL verification',
        'accepted',
        make({ body: '{"type":"url_verification","challenge":"3eZbrw1aB"}' }),
        { type: '' },
      );
      await add('another version', 'unsigned', put(header(genuine, kName).replace('v0=', 'v1=')));
      await add('without the version', 'unsigned', put(header(genuine, kName).replace('v0=', '')));
    },
  },
];
