/** Access tokens that are almost right: whatever is changed in one, it opens nothing (SE-06, SE-07, SE-08, T02, S1-T9, C81). */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { fuzzRuns } from '../../support/fuzz-runs.ts';
import { spoiledJson } from '../../support/spoiled.ts';
import { unlimited } from '../../web/every-route.ts';
import { type GivenApp, givenApp, personClaims, publicJwk } from '../../web/given-app.ts';

let given: GivenApp;
let good: string;
beforeAll(async () => {
  given = givenApp();
  Object.assign(given.env, unlimited());
  good = await given.token();
  expect((await given.request('/api/staff', { token: good })).status).toBe(200);
});
afterAll(() => vi.restoreAllMocks());

const encoded = (value: unknown): string =>
  new TextEncoder().encode(JSON.stringify(value) ?? '').toBase64({ alphabet: 'base64url', omitPadding: true });
const refused = async (token: string): Promise<void> => {
  // What no header can carry does not reach us.
  if (!/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(token)) return;
  const response = await given.request('/api/staff', { token });
  expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([401, 'unauthenticated']);
};

it('a token with another header or other claims under the same signature', async () => {
  const [, , signature] = good.split('.');
  const header = { alg: 'RS256', kid: publicJwk.kid };
  const headers = spoiledJson(
    header,
    { ...header, alg: 'none' },
    { ...header, alg: 'HS256', jwk: publicJwk },
    { ...header, jku: 'https://evil.example/keys', x5u: 'https://evil.example', crit: ['exp'] },
  );
  const claims = spoiledJson(personClaims(given.team), { ...personClaims(given.team), email: 'other@clinic.example' });
  await fc.assert(
    fc.asyncProperty(headers, claims, async (head, body) => refused(`${encoded(head)}.${encoded(body)}.${signature}`)),
    fuzzRuns(300),
  );
});

it('a token with a letter changed, left out or added', async () => {
  const letter = fc.constantFrom(...'ABCxyz019-_.=+/ ');
  await fc.assert(
    fc.asyncProperty(fc.nat(good.length - 1), letter, fc.constantFrom(0, 1, 2), async (at, more, remove) => {
      const token = `${good.slice(0, at)}${remove === 2 ? '' : more}${good.slice(at + Math.min(remove, 1))}`;
      const bytes = (text: string) =>
        text
          .split('.')
          .map((part) => {
            try {
              return Uint8Array.fromBase64(part, { alphabet: 'base64url' }).toHex();
            } catch {
              return part;
            }
          })
          .join('.');
      // The last letter of a part holds bits that mean nothing.
      if (token !== good && bytes(token) !== bytes(good)) await refused(token);
    }),
    fuzzRuns(300),
  );
});

it('anything else', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ maxLength: 300 }),
        fc.array(fc.base64String({ maxLength: 60 }), { maxLength: 6 }).map((parts) => parts.join('.')),
      ),
      refused,
    ),
    fuzzRuns(200),
  );
});
