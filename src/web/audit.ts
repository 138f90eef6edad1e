/**
 * The audit line of a request (HS-05, LG-02): to the log, and as a row that stays. It holds the route's template and our own ids, never
 * the path as it came. A page that asks by itself leaves a row when it has left none for a quarter of an hour.
 */
import { log } from '../log.ts';
import { hasAuditEvent, insertAuditEvent, type NewAuditEvent } from '../store/audit-events.ts';
import { database } from '../store/database.ts';
import type { AppContext } from './context.ts';
import { Problem } from './errors.ts';
import type { RouteSpec } from './route.ts';

const OUR_ID = /^(call|pat|staff|task|job|cmp|imp|med|sup|con|trn|dlv|emg|alr|hold|req|dsc)_[0-9a-f-]{36,64}$/;
/** Where what was made is: by its id alone, which is ours. */
const MADE = /\/((?:call|pat|staff|cmp|imp|med|sup|trn|emg|req)_[0-9a-f-]{36,64})$/;
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
  'emergency_id',
  'alert_id',
  'hold_id',
  'patient_request_id',
] as const;

const POLL_ROW_EVERY_MS = 15 * 60_000;
/** They change nothing, and send what they are asked for in the body to keep it out of addresses. */
const READS = /\.(search|reveal)$/;

/** Thrown on only where patient data would go out without a trace. `location`: of what was made. */
export async function recordAudit(
  spec: RouteSpec,
  c: AppContext,
  {
    status,
    code,
    ms,
    location = null,
  }: {
    readonly status: number;
    readonly code: string | null;
    /** Until the answer began. */
    readonly ms: number;
    readonly location?: string | null;
  },
): Promise<void> {
  const made = MADE.exec(location ?? '')?.[1] ?? null;
  const ids = Object.fromEntries(
    IDS.map((name) => {
      const value = c.req.param(name);
      return [name, value !== undefined && OUR_ID.test(value) ? value : null];
    }),
  ) as Record<(typeof IDS)[number], string | null>;
  if (made?.startsWith('pat_')) ids.patient_id ??= made;
  if (made?.startsWith('call_')) ids.call_id ??= made;
  const { method, path: route, phi, audit } = spec;
  log.info('audit', {
    ...{ actor: c.get('actor').id, audit, phi, method, route, status, code, duration_ms: ms, ...ids },
    request_id: c.get('requestId'),
  });
  const { call_id: callId, patient_id: patientId, ...others } = ids;
  const objectId = Object.values(others).findLast((id) => id !== null) ?? versionOf(c) ?? made;
  const isPoll = method === 'GET' && route.startsWith('/dashboard/fragments/');
  const happened = { action: audit, phi, method, route, status, code, callId, patientId, objectId };
  if (isPoll && (!phi || (await isRecorded(c, happened)))) return;
  const isKept = await keep(c, happened);
  if (!isKept && phi && (method === 'GET' || READS.test(audit)) && status < 400)
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

/** The version of a questionnaire in the path: its id and number are nobody's data. */
function versionOf(c: AppContext): string | null {
  const [id, version] = [c.req.param('questionnaire_id'), c.req.param('version')];
  if (id === undefined || !/^[a-z][a-z0-9-]{0,63}$/.test(id)) return null;
  return version !== undefined && /^\d{1,6}$/.test(version) ? `${id}.${version}` : id;
}

/** Whether the same person's page left its row lately. */
async function isRecorded(c: AppContext, { action, callId, patientId, objectId }: Happened): Promise<boolean> {
  const about = { actor: c.get('actor').id, action, callId, patientId, objectId };
  try {
    return await hasAuditEvent(database(c.env), about, Date.now() - POLL_ROW_EVERY_MS);
  } catch {
    // Then it has none, and whether one can be written decides.
    return false;
  }
}

type Happened = Omit<NewAuditEvent, 'at' | 'actor' | 'actorName' | 'roles' | 'address' | 'requestId'>;

async function keep(c: AppContext, happened: Happened): Promise<boolean> {
  const { id: actor, name: actorName, roles, emergencyUntil } = c.get('actor');
  const requestId = c.get('requestId');
  try {
    await insertAuditEvent(database(c.env), {
      ...happened,
      ...{ at: Date.now(), actor, actorName, requestId },
      roles: [...roles, ...(emergencyUntil === undefined ? [] : ['emergency'])].join(','),
      address: c.req.header('CF-Connecting-IP') ?? null,
    });
    return true;
  } catch (error) {
    log.error('audit.failed', { audit: happened.action, request_id: requestId, reason: (error as Error).name });
    return false;
  }
}
