// Signing as the providers do it, where their library can only verify.
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

export const hmac = (algorithm, key, text, encoding) => createHmac(algorithm, key).update(text).digest(encoding);
export const sha256 = (text) => createHash('sha256').update(text).digest('hex');
export const ed25519 = (secret, text, encoding) => sign(null, Buffer.from(text), secret).toString(encoding);
export const ecdsa = (secret, text) => sign('sha256', Buffer.from(text), secret).toString('base64');
export const token = (bytes = 24) => randomBytes(bytes).toString('hex');

// A key: `line` is what an operator puts in the key file, `secret` what the provider signs with.
export const rawKey = () => {
  const secret = token();
  return { line: secret, secret };
};
export const base64Key = (prefix) => {
  const secret = randomBytes(32);
  return { line: prefix + secret.toString('base64'), secret };
};
export const ed25519Key = (encoding, prefix = '') => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bytes = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { line: prefix + bytes.toString(encoding), secret: privateKey };
};
export const ecdsaKey = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return { line: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), secret: privateKey };
};
