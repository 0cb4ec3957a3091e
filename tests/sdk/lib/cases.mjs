// The cases every provider gets, from what its file says of it:
//   preset, location?, url?      url: what webhook_url is set to, when the scheme signs the URL
//   key()                        makes a key {line, secret}
//   make({key, body, time, ...}) a genuine request; `time` is the timestamp's text; SDKs sign where they can
//   verify(request, key, url)    what the provider's library says; absent: there is none
//   signature                    name of its header;   unit  's' | 'ms' | undefined: no timestamp
//   respell(request, text)       the same request with another timestamp text
//   body, other                  two bodies of one length class that differ in a value
//   shows                        what an accepted `body` must show: id, type, partition, attempt
//   bodyIsOpen                   the scheme does not sign the body
//   media                        the one media type it takes, when it takes but one
//   isSpecial                    none of the common cases, only `more`
//   differs                      {case name: why the library says otherwise}
//   again                        {anew, changed}: what dedup says of the same body signed anew, and of `other` under the
//                                same id; a scheme without a time has no `anew`
//   more(tools)                  further cases
import { dropHeader, flipped, header, headerObject, repeatHeader, setHeader } from './request.mjs';

const now = () => Math.floor(Date.now() / 1000);
export const timeText = (unit, seconds) => String(unit === 'ms' ? seconds * 1000 : seconds);

async function verdict(verify, request, keys, url) {
  for (const key of keys) {
    try {
      if (await verify({ ...request, object: headerObject(request) }, key, url)) return 'accepts';
    } catch {
      // a library's way to say no
    }
  }
  return 'refuses';
}

async function addCommon({ provider, add, make, stranger, keys, time, genuine }) {
  await add('genuine', 'accepted', make(), { key: 'current', ...provider.shows });
  await add('genuine, second key', 'accepted', make({ key: keys[1] }), { key: 'next' });
  await add(
    'genuine, media type with charset',
    'accepted',
    (async () => {
      const request = await make();
      return setHeader(request, 'content-type', `${header(request, 'content-type')}; charset=utf-8`);
    })(),
    { sdk: false },
  );
  const bad = provider.bodyIsOpen ? 'accepted' : 'forged';
  await add(
    'another body',
    bad,
    provider.withBody ? provider.withBody(genuine, provider.other) : { ...genuine, body: provider.other },
  );
  if (!provider.bodyIsOpen) {
    await add('a space behind the body', 'forged', { ...genuine, body: `${genuine.body} ` });
  }
  await add('a key of nobody', 'forged', make({ key: stranger }));
  await add('GET', 'method', { ...genuine, method: 'GET' }, { sdk: false });
  if (provider.media) {
    await add('a media type it does not send', 'unsupported', setHeader(genuine, 'content-type', 'text/plain'), {
      sdk: false,
    });
  }
  if (provider.signature) {
    const value = header(genuine, provider.signature);
    const put = (text) => setHeader(genuine, provider.signature, text);
    if (!provider.isToken) await add('a digit of the signature', 'forged', put(flipped(value)));
    await add('no signature', 'unsigned', dropHeader(genuine, provider.signature));
    await add('empty signature', 'unsigned', put(''));
    await add('signature cut', provider.isToken ? 'forged' : 'unsigned', put(value.slice(0, -5)));
    await add('signature header twice', 'unsigned', repeatHeader(genuine, provider.signature));
    await add('signature header twice, a forged one first', 'unsigned', {
      ...genuine,
      headers: [[provider.signature, provider.isToken ? 'x'.repeat(40) : flipped(value)], ...genuine.headers],
    });
  }
  if (provider.unit) {
    const text = time();
    const respelled = (spelling) => provider.respell(genuine, spelling);
    const own = provider.timeOf ? provider.timeOf(genuine) : header(genuine, provider.timestamp);
    // A minute either way is for a machine that is busy between here and nginx.
    await add('240 s old', 'accepted', make({ time: time(-240) }));
    await add('290 s ahead', 'accepted', make({ time: time(290) }));
    await add('310 s old', 'stale', make({ time: time(-310) }));
    await add('360 s ahead', 'stale', make({ time: time(360) }));
    await add('a day old', 'stale', make({ time: time(-86400) }));
    await add('old, under a new time', 'forged', provider.respell(await make({ time: time(-3600) }), text));
    await add('a second later', 'forged', respelled(String(Number(own) + (provider.unit === 'ms' ? 1000 : 1))));
    await add('time with a leading zero', 'unsigned', respelled(`0${own}`));
    await add('time with a sign', 'unsigned', respelled(`+${own}`));
    await add('time with a fraction', 'unsigned', respelled(`${own}.0`));
    await add('time in hex', 'unsigned', respelled(`0x${Number(own).toString(16)}`));
    await add('time with words behind', 'unsigned', respelled(`${own}abc`));
    await add('time of 24 digits', 'unsigned', respelled('9'.repeat(24)));
    await add('no time', 'unsigned', provider.withoutTime ? provider.withoutTime(genuine) : respelled(''));
    if (header(genuine, provider.timestamp)) {
      await add('time header twice', 'unsigned', repeatHeader(genuine, provider.timestamp), { sdk: false });
    }
  }
}

// Requests that follow each other, behind dedup.
async function addAgain({ provider, add, make, keys, time, genuine }) {
  const shows = { sdk: false };
  await add('the first', 'accepted', genuine, shows);
  await add('a copy', 'duplicate', genuine, shows);
  if (provider.unit) await add('signed anew', provider.again.anew, make({ time: time(-30) }), shows);
  await add('of another signer', 'accepted', make({ key: keys[1] }), shows);
  const changed = provider.withBody ? provider.withBody(genuine, provider.other) : make({ body: provider.other });
  await add('another body under the same id', provider.again.changed, changed, shows);
}

export async function casesOf(provider) {
  const location = provider.location ?? provider.preset;
  const keys = [provider.key(), provider.key()];
  const stranger = provider.key();
  const lines = [];
  const used = new Set();

  const time = (offset = 0) => provider.unit && timeText(provider.unit, now() + offset);
  const make = (options = {}) =>
    provider.make({
      key: keys[0],
      body: provider.body,
      time: time(),
      target: `/${location}`,
      url: provider.url,
      ...options,
    });
  // {sdk: false}: a matter of HTTP or of ours, on which no library has an opinion.
  const add = async (
    name,
    expect,
    request,
    { sdk = true, url = provider.url, verify = provider.verify, ...shows } = {},
  ) => {
    const line = { location, name, expect, method: 'POST', ...(await request), ...shows };
    if (sdk && verify) line.sdk = await verdict(verify, line, keys, url);
    if (provider.differs?.[name]) {
      line.differs = provider.differs[name];
      used.add(name);
    }
    lines.push(line);
  };

  const genuine = provider.isSpecial ? undefined : await make();
  const tools = { provider, add, make, keys, stranger, time, genuine };
  if (genuine && provider.isRepeated) {
    await addAgain(tools);
  } else {
    if (genuine) await addCommon(tools);
    await provider.more?.(tools);
  }
  const unused = Object.keys(provider.differs ?? {}).filter((name) => !used.has(name));
  if (unused.length && !provider.isRepeated) throw new Error(`${location}: no case is called ${unused}`);

  return [
    {
      location,
      preset: provider.preset,
      url: provider.url,
      dedup: provider.isRepeated ? 'on' : undefined,
      keys: [`${keys[0].line} # current`, '', `${keys[1].line}  # next`],
    },
    ...lines,
  ];
}
