/**
 * POST /webhooks/telnyx. Checked in a fixed order: 405, 413, 415, 503 without configuration, 401; then the event goes to its session,
 * and nothing else stands before the 200. 503 makes Telnyx deliver again; everything we cannot use is 200 and a log line.
 */
import { type VerifyRefusal, verifyTelnyxWebhook } from 'telnyx-webhook-verify';
import { DeadlineExceeded, withDeadline } from '../deadline.ts';
import type { EventEffect } from '../domain/intake/call-log.ts';
import { type Config, readConfig } from '../env.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import { database } from '../store/database.ts';
import { noteSign, SIGN_EVERY_MS, type SignName } from '../store/signs.ts';
import { inboundCallId } from '../telnyx/inbound-call-id.ts';
import { parseEvent } from '../telnyx/parse-event.ts';
import { Burst } from './burst.ts';
import type { AppContext } from './context.ts';
import { Problem, problemOf, tooLarge } from './errors.ts';
import { contextOf } from './execution-context.ts';
import { logProblems } from './not-configured.ts';
import { isJsonType, parseJson, readBytes } from './read-body.ts';

const MAX_BYTES = 1024 * 1024;
/** Telnyx gives up after 2 s. */
const RECEIVE_DEADLINE_MS = 1_500;
/** Refusals that our own set-up causes; Telnyx shall try again once it is mended. */
const OUR_FAULT: ReadonlySet<VerifyRefusal['reason']> = new Set([
  'public_key_missing',
  'public_key_malformed',
  'public_keys_too_many',
  'crypto_unavailable',
]);

/** Refusals seen by this isolate. */
let refusals = 0;
/** Now and then somebody forges one; so many in five minutes are an attack, or a key that does not fit any more (SE-02). */
const webhookRefusals = new Burst(10, 5 * 60_000);
const STALE: ReadonlySet<VerifyRefusal['reason']> = new Set(['timestamp_too_old', 'timestamp_too_new']);
/**
 * Nobody knows whether a repeated delivery carries a fresh time. Old ones with no good one between them say that it does not, and that
 * events of calls are lost, or that a clock is wrong: three are enough, however long they take (SE-02).
 */
const STALE_IN_A_ROW = 3;
let staleInARow = 0;

/** An answer, and in a code why it is that. */
interface Answered {
  readonly status: 200 | 401 | 503;
  readonly reason: string;
}

export async function receiveWebhook(c: AppContext): Promise<Response> {
  const began = Date.now();
  try {
    const { status, reason } = await receive(c);
    measureAnswered(c, status === 200 ? 'accepted' : 'refused', reason, Date.now() - began);
    return status === 401 ? new Response(null, { status }) : c.body(null, status);
  } catch (error) {
    const { status, code } = problemOf(error);
    // Of what is turned away unread nothing else would tell (SE-31).
    log.warn('webhook.turned_away', { status, code, method: c.req.method });
    measureAnswered(c, 'refused', code, Date.now() - began);
    throw error;
  }
}

/**
 * A call is told of sixty times, and each point is paid for: of what is as it should be one in so many is drawn, and counts as so many.
 * Drawn and not counted off: an isolate is gone before it has seen eight.
 */
const APPLIED_A_POINT = 8;

function measureAnswered(c: AppContext, outcome: 'accepted' | 'refused', reason: string, ms: number): void {
  const count = reason === 'applied' ? APPLIED_A_POINT : 1;
  if (Math.random() * count < 1) measure(c.env, 'webhook', { outcome, reason }, { count, ms });
}

async function receive(c: AppContext): Promise<Answered> {
  const request = c.req.raw;
  if (request.method !== 'POST') throw new Problem(405, 'method_not_allowed', { headers: { Allow: 'POST' } });
  const bytes = await readBytes(request, MAX_BYTES);
  if (bytes === null) throw tooLarge(MAX_BYTES);
  if (!isJsonType(request)) throw new Problem(415, 'not_json_type');
  const read = readConfig(c.env);
  if (!read.ok) {
    logProblems(read.problems);
    throw new Problem(503, 'not_configured');
  }
  const refused = await verify(c, bytes, read.config);
  return refused ?? (await deliver(c, bytes));
}

async function verify(c: AppContext, body: Uint8Array, config: Config): Promise<Answered | null> {
  const { headers } = c.req.raw;
  const result = await verifyTelnyxWebhook({ body, headers, publicKey: config.telnyx.publicKeys });
  if (result.ok) {
    staleInARow = 0;
    leaveSign(c, 'webhook_verified', null);
    return null;
  }
  // What nobody signed says nothing about Telnyx: anyone on the internet may send it.
  if (result.reason !== 'signature_missing') leaveSign(c, 'webhook_refused', result.reason);
  refusals += 1;
  if (webhookRefusals.add(Date.now())) leaveSign(c, 'webhook_burst', result.reason);
  if (STALE.has(result.reason)) {
    staleInARow += 1;
    if (staleInARow >= STALE_IN_A_ROW) leaveSign(c, 'webhook_stale', result.reason);
  }
  const age = result.reason === 'timestamp_too_old' ? result.ageSeconds : null;
  log.warn('webhook.refused', { reason: result.reason, age_seconds: age, count: refusals });
  if (OUR_FAULT.has(result.reason)) throw new Problem(503, 'not_configured');
  return { status: 401, reason: result.reason };
}

/** When this isolate last left each, so that a busy one asks the database once a minute. */
const lastSigns = new Map<SignName, number>();

/** For the doctor: whether signed webhooks come. It never holds up the answer; if it fails, the next one leaves another. */
function leaveSign(c: AppContext, name: SignName, code: string | null): void {
  const at = Date.now();
  const context = contextOf(c);
  if (context === null || at - (lastSigns.get(name) ?? 0) < SIGN_EVERY_MS) return;
  lastSigns.set(name, at);
  context.waitUntil(
    noteSign(database(c.env), name, { at, code }).catch(() => {
      lastSigns.delete(name);
    }),
  );
}

async function deliver(c: AppContext, bytes: Uint8Array): Promise<Answered> {
  const parsed = parseEvent(parseJson(bytes), Date.now());
  switch (parsed.kind) {
    case 'unreadable':
      log.warn('webhook.unreadable');
      return { status: 200, reason: 'unreadable' };
    case 'ignored':
      log.info('webhook.ignored', { event_type: parsed.eventType });
      return { status: 200, reason: 'not_used' };
    case 'unaddressed': {
      // Of a call that rings here and is not answered yet; its leg is all we know it by.
      const { legId, event } = parsed;
      if (legId !== null) return stored(c, await inboundCallId(legId), event, (session) => session.receive(event));
      log.warn('webhook.unaddressed', { event_type: parsed.eventType, event_id: parsed.eventId });
      return { status: 200, reason: 'unaddressed' };
    }
    case 'arrival': {
      const { arrival } = parsed;
      const line = { id: arrival.id, type: 'call.initiated' };
      return stored(c, await inboundCallId(arrival.ids.callLegId), line, (session) => session.arrive(arrival));
    }
    case 'event':
      return stored(c, parsed.callId, parsed.event, (session) => session.receive(parsed.event));
  }
}

type Session = ReturnType<AppContext['env']['INTAKE_SESSION']['getByName']>;

async function stored(
  c: AppContext,
  callId: string,
  event: { readonly id: string; readonly type: string },
  give: (session: Session) => Promise<EventEffect | 'unknown'>,
): Promise<Answered> {
  const line = { call_id: callId, event_id: event.id, event_type: event.type };
  let outcome: EventEffect | 'unknown';
  try {
    outcome = await withDeadline(give(c.env.INTAKE_SESSION.getByName(callId)), RECEIVE_DEADLINE_MS);
  } catch (error) {
    log.error('webhook.not_stored', { ...line, reason: error instanceof DeadlineExceeded ? 'timeout' : 'failed' });
    return { status: 503, reason: 'not_stored' };
  }
  if (outcome === 'unknown') log.warn('webhook.unknown_call', line);
  return { status: 200, reason: outcome };
}
