// Shopify. Its library verifies; node:crypto signs as the documentation says.
import '@shopify/shopify-api/adapters/node';
import { ApiVersion, LogSeverity, shopifyApi } from '@shopify/shopify-api';
import { hmac, rawKey } from '../lib/crypto.mjs';
import { dropHeader, header, repeatHeader, setHeader } from '../lib/request.mjs';

const kName = 'x-shopify-hmac-sha256';
const kId = 'b54557e4-bdd9-4b37-8a5f-bf7d70bcd043';
const libraries = new Map();
function libraryWith(secret) {
  if (!libraries.has(secret)) {
    libraries.set(
      secret,
      shopifyApi({
        apiKey: 'key',
        apiSecretKey: secret,
        scopes: [],
        hostName: 'hooks.example.com',
        isEmbeddedApp: false,
        apiVersion: Object.values(ApiVersion).at(-1),
        logger: { level: LogSeverity.Error, log: () => {} },
      }),
    );
  }
  return libraries.get(secret);
}

export const providers = [
  {
    preset: 'shopify',
    again: { changed: 'accepted' },
    key: rawKey,
    body: '{"id":820982911946154508,"note":"rush"}',
    other: '{"id":820982911946154508,"note":"slow"}',
    signature: kName,
    shows: { id: kId, type: 'orders/create', partition: 'store.myshopify.com' },
    make: ({ key, body, target }) => ({
      target,
      body,
      headers: [
        ['content-type', 'application/json'],
        ['x-shopify-topic', 'orders/create'],
        ['x-shopify-api-version', '2025-07'],
        ['x-shopify-shop-domain', 'store.myshopify.com'],
        ['x-shopify-webhook-id', kId],
        [kName, hmac('sha256', key.secret, body, 'base64')],
      ],
    }),
    verify: async ({ method, target, body, object }, key) => {
      const rawRequest = { method, url: target, headers: object };
      const result = await libraryWith(key.secret).webhooks.validate({ rawBody: body, rawRequest, rawResponse: {} });
      return result.valid;
    },
    async more({ add, make, genuine }) {
      const value = header(genuine, kName);
      await add('in hex', 'unsigned', setHeader(genuine, kName, Buffer.from(value, 'base64').toString('hex')));
      await add('without padding', 'unsigned', setHeader(genuine, kName, value.replace(/=+$/, '')));
      await add('no webhook id', 'unsigned', dropHeader(genuine, 'x-shopify-webhook-id'));
      await add('two webhook ids', 'unsigned', repeatHeader(genuine, 'x-shopify-webhook-id', 'another'), {
        sdk: false,
      });
      await add(
        'as XML',
        'accepted',
        (async () => setHeader(await make({ body: '<order><id>1</id></order>' }), 'content-type', 'application/xml'))(),
      );
    },
  },
];
