/** Whether people can go on signing in. That the token of this very request was verified, the request itself proves. */
import { type Finding, fine, found, type Reading } from './finding.ts';

/** `keys`: how many signing keys the team publishes now. */
export function judgeAccess(keys: Reading<number>, teamDomain: string): Finding {
  const unreachable = (detail: string) => found('access', 'access_keys_unreachable', detail);
  if (!keys.read) return unreachable(`The keys of ${teamDomain} cannot be fetched: ${keys.why}`);
  if (keys.value === 0) return unreachable(`${teamDomain} publishes no signing keys.`);
  return fine('access', `The keys of ${teamDomain} can be fetched, and the token of this request was verified.`);
}
