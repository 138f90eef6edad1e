/**
 * The audit line of a request (HS-05, LG-02): to the log, and as a row that stays. It holds the route's template and our own ids, never
 * the path as it came. Polls leave no row: who has a page open was recorded when it was opened.
 */
import { log } from '../log.ts';
import { insertAuditEvent, type NewAuditEvent } from '../store/audit-events.ts';
import { database } from '../store/database.ts';
import type { AppContext } from './context.ts';
import { Problem } from './errors.ts';
import type { RouteSpec } from './route.ts';

const OUR_ID = /^(call|pat|staff|task|job|cmp|imp|med|sup|con|trn|dlv)_[0-9a-f-]{36,64}$/;
const IDS = [
  'call_id',
  'patient_id',
  'staff_id',
  'task_id',
  'job_id',
  'campaign_id',
  'import_id',
  'media_id',
  'suppression_id',
  'consent_id',
  'transcription_id',
  'delivery_id',
] as const;

/** Thrown on only where patient data would go out without a trace. */
export async function recordAudit(spec: RouteSpec, c: AppContext, status: number, code: string | null): Promise<void> {
  const ids = Object.fromEntries(
    IDS.map((name) => {
      const value = c.req.param(name);
      return [name, value !== undefined && OUR_ID.test(value) ? value : null];
    }),
  ) as Record<(typeof IDS)[number], string | null>;
  const { method, path: route, phi, audit } = spec;
  log.info('audit', {
    ...{ actor: c.get('actor').id, audit, phi, method, route, status, ...ids },
    request_id: c.get('requestId'),
  });
  if (method === 'GET' && route.startsWith('/dashboard/fragments/')) return;
  const { call_id: callId, patient_id: patientId, ...others } = ids;
  const objectId = Object.values(others).findLast((id) => id !== null) ?? null;
  const isKept = await keep(c, { action: audit, phi, method, route, status, code, callId, patientId, objectId });
  if (!isKept && phi && method === 'GET' && status < 400)
    throw new Problem(503, 'audit_unavailable', {
      detail: 'That this was looked at could not be recorded, so it is not shown. Try again.',
      headers: { 'Retry-After': '5' },
    });
}

/** Of what happens before any route is asked: somebody came in, was refused or signed out. */
export async function recordAccess(c: AppContext, action: string, status: number, code: string | null): Promise<void> {
  const about = { callId: null, patientId: null, objectId: null };
  await keep(c, { ...about, action, phi: false, method: c.req.method, route: '*', status, code });
}

type Happened = Omit<NewAuditEvent, 'at' | 'actor' | 'actorName' | 'roles' | 'address' | 'requestId'>;

async function keep(c: AppContext, happened: Happened): Promise<boolean> {
  const { id: actor, name: actorName, roles } = c.get('actor');
  const requestId = c.get('requestId');
  try {
    await insertAuditEvent(database(c.env), {
      ...happened,
      ...{ at: Date.now(), actor, actorName, roles: roles.join(','), requestId },
      address: c.req.header('CF-Connecting-IP') ?? null,
    });
    return true;
  } catch (error) {
    log.error('audit.failed', { audit: happened.action, request_id: requestId, reason: (error as Error).name });
    return false;
  }
}
