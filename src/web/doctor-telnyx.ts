/**
 * Asks Telnyx about the account, and the addresses of this installation as a stranger would reach them. The only place beside the
 * sessions that talks to Telnyx; it reads, and dials nobody.
 */
import { verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import type { Finding, Reading } from '../domain/doctor/finding.ts';
import { judgeAccount } from '../domain/doctor/telnyx-account.ts';
import { judgeWebhooks, type ProbeFacts } from '../domain/doctor/webhooks.ts';
import type { Config } from '../env.ts';
import type { Database } from '../store/database.ts';
import { readSigns } from '../store/signs.ts';
import { type AccountReader, createAccountReader } from '../telnyx/account.ts';
import { LOOK_MS, reading } from './doctor-try.ts';

const HOUR_MS = 3_600_000;
const NANOS_PER_USD = 1_000_000_000;

export async function examineTelnyx(db: Database, config: Config, now: number): Promise<readonly Finding[]> {
  const account = createAccountReader(config.telnyx);
  const webhookUrl = `${config.publicUrl}/webhooks/telnyx`;
  const [facts, webhooks] = await Promise.all([
    readAccount(account, config),
    readWebhooks(db, account, config, webhookUrl, now),
  ]);
  const needs = {
    connectionId: config.telnyx.connectionId,
    webhookUrl,
    maxLiveCalls: config.dialing.maxLiveCalls,
    spendCapUsd: config.dialing.spendCapNanosPerDay / NANOS_PER_USD,
    loopback: config.loopback,
  };
  // Over every answer, so once all are in.
  const told = { key: account.key(), clockSkewMs: account.clockSkewMs() };
  return [...judgeAccount({ ...facts, ...told }, needs), ...judgeWebhooks(webhooks, config.publicUrl, now)];
}

async function readAccount(account: AccountReader, { telnyx }: Config) {
  const [[application, profile], numbers, balance] = await Promise.all([
    readProfile(account),
    Promise.all(telnyx.fromNumbers.map(async (number) => ({ number, found: await account.number(number) }))),
    account.balance(),
  ]);
  return { application, profile, numbers, balance };
}

/** The profile is known by the application alone. */
async function readProfile(account: AccountReader) {
  const application = await account.application();
  const id = application.read ? application.value?.profileId : null;
  const profile: Awaited<ReturnType<AccountReader['profile']>> = id
    ? await account.profile(id)
    : { read: false, why: 'none is known.' };
  return [application, profile] as const;
}

async function readWebhooks(db: Database, account: AccountReader, config: Config, webhookUrl: string, now: number) {
  const { publicUrl, telnyx } = config;
  const [unsigned, health, media, signs, failed, badKey] = await Promise.all([
    probe(webhookUrl, config, { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }),
    probe(`${publicUrl}/healthz`, config),
    probe(`${publicUrl}/media/doctor/none`, config),
    reading(() => readSigns(db), 'The database'),
    account.failedDeliveries(webhookUrl, now - HOUR_MS),
    badKeyOf(telnyx.publicKeys),
  ]);
  return {
    ...{ unsigned, health, media, failed, badKey },
    signs: signs.read
      ? {
          read: true as const,
          value: { verified: signs.value.webhook_verified ?? null, refused: signs.value.webhook_refused ?? null },
        }
      : signs,
  };
}

/** Without a token and without following anything: what Telnyx would see. */
function probe(url: string, { access }: Config, init: RequestInit = {}): Promise<Reading<ProbeFacts>> {
  return reading(async () => {
    const signal = AbortSignal.timeout(LOOK_MS);
    const answer = await fetch(url, { ...init, redirect: 'manual', signal });
    await answer.body?.cancel();
    return { status: answer.status, isOurs: isOurs(answer), isAccess: isAccess(answer, url, access.teamDomain) };
  }, 'it');
}

/** Every answer of this worker has both (headers.ts). */
const isOurs = ({ headers }: Response): boolean =>
  /^[0-9a-f-]{36}$/.test(headers.get('X-Request-Id') ?? '') &&
  (headers.get('Content-Security-Policy') ?? '').startsWith("default-src 'none'");

/** It sends browsers to its sign-in, and refuses programs under its own name. */
function isAccess({ status, headers }: Response, url: string, teamDomain: string): boolean {
  if (/cloudflare-access/i.test(headers.get('WWW-Authenticate') ?? '')) return true;
  const location = headers.get('Location');
  if (status < 300 || status > 399 || location === null || !URL.canParse(location, url)) return false;
  const to = new URL(location, url);
  return to.origin === teamDomain || to.pathname.startsWith('/cdn-cgi/access/');
}

/** A key of 32 bytes may still be none: the verifier is asked, with a delivery that nobody signed. */
async function badKeyOf(publicKeys: readonly string[]): Promise<number | null> {
  for (const [place, publicKey] of publicKeys.entries()) {
    const headers = { 'telnyx-timestamp': String(Math.floor(Date.now() / 1000)), 'telnyx-signature-ed25519': UNSIGNED };
    const result = await verifyTelnyxWebhook({ body: new Uint8Array(), headers, publicKey });
    if (!result.ok && result.reason.startsWith('public_key')) return place + 1;
  }
  return null;
}
const UNSIGNED = new Uint8Array(64).toBase64();
