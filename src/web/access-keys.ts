/**
 * The signing keys of one Access team, from its fixed address only (SE-07); `jku` and `x5u` of a token are never followed.
 * Cached per isolate for 10 minutes, asked again for an unknown key id at most once a minute, and while the address is down
 * as soon as any keys are held. When it cannot be reached, keys fetched within the hour still count: Access lets an old key live for days after a rotation.
 */
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

const COOLDOWN_MS = 60_000;
const CACHE_MAX_AGE_MS = 600_000;
const STALE_MAX_AGE_MS = 3_600_000;
const TIMEOUT_MS = 3_000;

/** The keys could not be fetched: not the caller's fault, try again. */
export class AccessKeysUnavailable extends Error {
  override readonly name = 'AccessKeysUnavailable';
}

const teams = new Map<string, JWTVerifyGetKey>();

export function accessKeys(teamDomain: string): JWTVerifyGetKey {
  const known = teams.get(teamDomain);
  if (known !== undefined) return known;
  const keys = keysAt(new URL('/cdn-cgi/access/certs', teamDomain));
  teams.set(teamDomain, keys);
  return keys;
}

function keysAt(address: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(address, {
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: CACHE_MAX_AGE_MS,
    timeoutDuration: TIMEOUT_MS,
  });
  let freshAt = 0;
  let failedAt = 0;
  /** The last keys that came, while they still count. */
  const lastKeys = () => (Date.now() - freshAt > STALE_MAX_AGE_MS ? undefined : remote.jwks());
  return async (header, token) => {
    // jose would take the only RSA key of the set for a token that names none.
    if (typeof header.kid !== 'string' || header.kid === '') throw new errors.JWSInvalid('no key id');
    const known = Date.now() - failedAt < COOLDOWN_MS ? lastKeys() : undefined;
    if (known !== undefined) return createLocalJWKSet(known)(header, token);
    try {
      const key = await remote(header, token);
      if (remote.fresh) freshAt = Date.now();
      return key;
    } catch (cause) {
      if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) throw cause;
      failedAt = Date.now();
      const last = lastKeys();
      if (last === undefined) {
        throw new AccessKeysUnavailable('the signing keys of Access cannot be fetched', { cause });
      }
      return createLocalJWKSet(last)(header, token);
    }
  };
}
