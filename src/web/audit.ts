/**
 * The audit line of a request (HS-05, LG-02): to the log, and as a row that stays, kept by the Durable Object AuditLog. It holds the
 * route's template and our own ids, never the path as it came, and the ids of the patients shown. A page that asks by itself leaves a
 * row when it shows somebody whom it did not show for a quarter of an hour.
 */
import { withDeadline } from '../deadline.ts';
import type { AuditEntry } from '../domain/audit/audit-row.ts';
import { log } from '../log.ts';
import type { AppContext } from './context.ts';
import { Problem } from './errors.ts';
import type { RouteSpec } from './route.ts';
import { shownBy } from './shown-patients.ts';

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

/** So many ids of patients stand in one row; whoever is shown more has more rows. */
const SHOWN_PER_ROW = 500;
const KEEP_WITHIN_MS = 10_000;
/** They change nothing, and send what they are asked for in the body to keep it out of addresses. */
const READS = /\.(search|reveal|export)$/;

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
  const objectId =
    Object.values(others).findLast((id) => id !== null) ?? versionOf(c) ?? weekOf(c) ?? made ?? c.get('about') ?? null;
  const isPoll = method === 'GET' && route.startsWith('/dashboard/fragments/');
  const happened = { action: audit, phi, method, route, status, code, callId, patientId, objectId };
  const shown = status < 400 ? new Set([...shownBy(c), ...(patientId === null ? [] : [patientId])]) : new Set<string>();
  if (isPoll && !phi) return;
  const isKept = await keep(c, happened, [...shown], isPoll);
  if (!isKept && phi && (method === 'GET' || READS.test(audit)) && status < 400)
    throw new Problem(503, 'audit_unavailable', {
      detail: 'That this was looked at could not be recorded, so it is not shown. Try again.',
      headers: { 'Retry-After': '5' },
    });
}

/**
 * How a file goes on whose first page has its line already: whom another page shows, before it is sent, and in the end how many rows
 * there were. What could not be written down is not shown.
 */
export async function recordExport(
  spec: Pick<RouteSpec, 'method' | 'path'>,
  c: AppContext,
  { action, code = null, objectId, shown = [] }: ExportStep,
): Promise<void> {
  const { method, path: route } = spec;
  const about = { callId: null, patientId: null, objectId };
  const isKept = await keep(c, { ...about, action, phi: shown.length > 0, method, route, status: 200, code }, shown);
  if (!isKept && shown.length > 0) throw new Error('whom a page of a file shows could not be written down');
}
interface ExportStep {
  readonly action: string;
  readonly code?: string | null;
  readonly objectId: string;
  readonly shown?: readonly string[];
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

/** The week of a review: a date of the calendar. */
function weekOf(c: AppContext): string | null {
  const week = c.req.param('week');
  return week !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(week) ? week : null;
}

type Happened = Omit<AuditEntry, 'at' | 'actor' | 'actorName' | 'roles' | 'address' | 'requestId' | 'shown'>;

async function keep(
  c: AppContext,
  happened: Happened,
  shown: readonly string[] = [],
  isPoll = false,
): Promise<boolean> {
  const { id: actor, name: actorName, roles, emergencyUntil } = c.get('actor');
  const requestId = c.get('requestId');
  const entry = {
    ...happened,
    ...{ at: Date.now(), actor, actorName, requestId },
    roles: [...roles, ...(emergencyUntil === undefined ? [] : ['emergency'])].join(','),
    address: c.req.header('CF-Connecting-IP') ?? null,
  };
  const parts = Math.max(1, Math.ceil(shown.length / SHOWN_PER_ROW));
  const entries = Array.from({ length: parts }, (_, i): AuditEntry => {
    const ids = shown.slice(i * SHOWN_PER_ROW, (i + 1) * SHOWN_PER_ROW);
    return { ...entry, shown: ids.length === 0 ? null : JSON.stringify(ids) };
  });
  const addition = { id: crypto.randomUUID(), entries, isPoll };
  try {
    await addTo(c, addition).catch(() => addTo(c, addition));
    return true;
  } catch (error) {
    log.error('audit.failed', { audit: happened.action, request_id: requestId, reason: (error as Error).name });
    return false;
  }
}

/** Its id makes asking again harmless. */
const addTo = (c: AppContext, addition: Addition): Promise<unknown> =>
  withDeadline(c.env.AUDIT_LOG.getByName('audit').add(addition), KEEP_WITHIN_MS);

interface Addition {
  readonly id: string;
  readonly entries: readonly AuditEntry[];
  readonly isPoll: boolean;
}
