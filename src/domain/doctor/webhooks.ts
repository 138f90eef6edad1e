/**
 * Whether webhooks can come and do: the address answers an unsigned message as this worker must, a signed one was verified, and Telnyx
 * reports none that it could not deliver. None of the three alone proves it.
 */
import { type Finding, fine, found, judge, type Reading } from './finding.ts';

/** What came back from an address of ours, asked from outside without a token. */
export interface ProbeFacts {
  readonly status: number;
  /** It has the marks of this worker's answers. */
  readonly isOurs: boolean;
  /** It is the sign-in of Cloudflare Access, or its refusal. */
  readonly isAccess: boolean;
}
export interface SignFacts {
  readonly at: number;
  readonly code: string | null;
}
export interface WebhookFacts {
  /** Of the keys in TELNYX_PUBLIC_KEY, counted from 1; null: all can be used. */
  readonly badKey: number | null;
  readonly unsigned: Reading<ProbeFacts>;
  readonly health: Reading<ProbeFacts>;
  readonly media: Reading<ProbeFacts>;
  readonly signs: Reading<{ readonly verified: SignFacts | null; readonly refused: SignFacts | null }>;
  /** Of the last hour, newest first. */
  readonly failed: Reading<readonly { readonly at: number; readonly status: number | null }[]>;
}

export function judgeWebhooks(facts: WebhookFacts, publicUrl: string, now: number): readonly Finding[] {
  return [
    judgePublicKey(facts.badKey),
    ...judgeAddress(facts, publicUrl),
    ...judge('webhook_signatures', facts.signs, (signs) => [judgeSignatures(signs, now)]),
    ...judge('webhook_deliveries', facts.failed, (failed) => [
      judgeDeliveries(failed, facts.signs.read ? facts.signs.value.verified : null, now),
    ]),
  ];
}

function judgePublicKey(badKey: number | null): Finding {
  if (badKey === null) return fine('public_key', 'TELNYX_PUBLIC_KEY is an Ed25519 key.');
  return found('public_key', 'public_key_malformed', `Key ${badKey} of TELNYX_PUBLIC_KEY cannot be used.`);
}

const UNSIGNED_REFUSED = 401;

function judgeAddress({ unsigned, health, media }: WebhookFacts, publicUrl: string): readonly Finding[] {
  const check = 'webhook_address';
  const host = publicUrl.replace(/^https?:\/\//, '');
  const address = `${host}/webhooks/telnyx`;
  const main = judgeUnsigned(unsigned, address, host);
  if (main !== null) return [main];
  const findings: Finding[] = [];
  if (media.read && media.value.isAccess)
    findings.push(found(check, 'media_behind_access', `${host}/media leads to the sign-in of Access.`, { host }));
  if (health.read && health.value.isAccess)
    findings.push(found(check, 'health_behind_access', `${host}/healthz leads to the sign-in of Access.`, { host }));
  if (!media.read || !health.read)
    findings.push(found(check, 'not_checked', `Not checked: no answer from ${host}/media or ${host}/healthz.`));
  if (findings.length > 0) return findings;
  return [fine(check, `${address} refuses what nobody signed, as it must.`)];
}

/** Null: this worker answers there, and refuses. */
function judgeUnsigned(probe: Reading<ProbeFacts>, address: string, host: string): Finding | null {
  const check = 'webhook_address';
  if (!probe.read) return found(check, 'webhook_unreachable', `${address}: ${probe.why}`);
  const { status, isOurs, isAccess } = probe.value;
  if (isAccess) return found(check, 'webhook_behind_access', `${address} leads to the sign-in of Access.`, { host });
  if (status >= 200 && status < 300)
    return found(check, 'webhook_open', `${address} answered ${status} to a message without a signature.`);
  if (status >= 500) return found(check, 'webhook_unreachable', `${address} answered ${status}.`);
  if (status === UNSIGNED_REFUSED && isOurs) return null;
  return found(check, 'webhook_not_ours', `${address} answered ${status}, not as this worker does.`, { host });
}

const HOUR_MS = 3_600_000;

/** Now and then somebody forges one; what counts is that none fits any more. */
function judgeSignatures(
  { verified, refused }: { readonly verified: SignFacts | null; readonly refused: SignFacts | null },
  now: number,
): Finding {
  const check = 'webhook_signatures';
  if (refused !== null && refused.at > (verified === null ? 0 : verified.at + HOUR_MS)) {
    const since =
      verified === null ? 'None was ever verified.' : `The last that was verified came ${ago(verified.at, now)}.`;
    const why = refused.code?.replaceAll('_', ' ') ?? 'unknown';
    return found(check, 'webhook_signature_refused', `A webhook was refused ${ago(refused.at, now)}: ${why}. ${since}`);
  }
  if (verified === null) return found(check, 'webhook_unproven', 'No webhook has been verified since this was set up.');
  return fine(check, `The last signed webhook was verified ${ago(verified.at, now)}.`);
}

/** A sign is left once a minute at most, so one this much older may stand for one that came after. */
const SIGN_GRAIN_MS = 60_000;

function judgeDeliveries(
  failed: readonly { readonly at: number; readonly status: number | null }[],
  verified: SignFacts | null,
  now: number,
): Finding {
  const check = 'webhook_deliveries';
  const [last] = failed;
  if (last === undefined) return fine(check, 'Telnyx reports no webhook it could not deliver in the last hour.');
  const story = `Telnyx could not deliver ${failed.length} in the last hour, the last ${ago(last.at, now)}`;
  if (verified !== null && verified.at > last.at - SIGN_GRAIN_MS)
    return fine(check, `${story}; others have come since.`);
  const answer = last.status === null ? 'nothing answered' : `the answer was ${last.status}`;
  return found(check, 'webhook_deliveries_failing', `${story}; ${answer}.`);
}

export function ago(at: number, now: number): string {
  const minutes = Math.floor(Math.max(0, now - at) / 60_000);
  if (minutes < 1) return 'less than a minute ago';
  if (minutes < 120) return minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} hours ago` : `${Math.floor(hours / 24)} days ago`;
}
