// A request as it is sent, and the ways to spoil one. Every function returns a new request.
// {target: "/x?a=b", headers: [[name, value]...], body, method}

export const header = (request, name) => request.headers.find(([one]) => one === name)?.[1];
export const setHeader = (request, name, value) => ({
  ...request,
  headers: [...request.headers.filter(([one]) => one !== name), [name, value]],
});
export const dropHeader = (request, name) => ({
  ...request,
  headers: request.headers.filter(([one]) => one !== name),
});
export const repeatHeader = (request, name, value = header(request, name)) => ({
  ...request,
  headers: [...request.headers, [name, value]],
});
export const setBody = (request, body) => ({ ...request, body });

// As node:http hands headers to an SDK: lower case, repeated ones joined.
export const headerObject = (request) => {
  const joined = {};
  for (const [name, value] of request.headers) joined[name] = name in joined ? `${joined[name]}, ${value}` : value;
  return joined;
};

// One digit of the longest run that can be a MAC or signature becomes another: still well-formed, never right.
export const flipped = (text) => {
  const runs = text.match(/[0-9A-Za-z+/]{20,}/g);
  if (!runs) throw new Error(`no signature in ${text}`);
  const run = runs.reduce((a, b) => (b.length > a.length ? b : a));
  const at = text.indexOf(run) + 8;
  return text.slice(0, at) + (text[at] === '1' ? '2' : '1') + text.slice(at + 1);
};
