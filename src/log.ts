/**
 * The only writer of logs: one JSON line of allow-listed fields (LG-01, LG-02). What is not on the list does not get out,
 * so a telephone number, digits, speech or a key cannot slip in through an error or a careless spread.
 */
const FIELDS = [
  'actor',
  'age_seconds',
  'alert_id',
  'attempt',
  'attempt_id',
  'audit',
  'bytes',
  'call_id',
  'campaign_id',
  'code',
  'command',
  'command_id',
  'consent_id',
  'count',
  'decision_id',
  'delivery_id',
  'duration_ms',
  'emergency_id',
  'event_id',
  'event_type',
  'host',
  'import_id',
  'job_id',
  'kind',
  'media_id',
  'method',
  'patient_id',
  'phase',
  'phi',
  'questionnaire_id',
  'reason',
  'request_id',
  'route',
  'sink',
  'staff_id',
  'status',
  'suppression_id',
  'task_id',
  'transcription_id',
  'variable',
  'version',
  'wait_ms',
] as const;

export type LogField = (typeof FIELDS)[number];
export type LogFields = Partial<Record<LogField, string | number | boolean | null | undefined>>;
export type LogLevel = 'info' | 'warn' | 'error';

const ALLOWED: ReadonlySet<string> = new Set(FIELDS);
const MAX_VALUE_LENGTH = 200;
/** A second barrier (LG-04): shapes that are never an id, replaced and marked, because a hit is a bug. */
const SENSITIVE = [/\+\d{8,15}/, /\b\d{4}-\d{2}-\d{2}\b(?!T)/, /[^\s@]+@[^\s@]+\.[^\s@]+/, /\b\d{3}-\d{2}-\d{4}\b/];

/** One line as it will be written; `null` values and unknown fields are left out. */
export function logLine(level: LogLevel, event: string, fields: LogFields, now: number): string {
  const line: Record<string, unknown> = { ts: new Date(now).toISOString(), level, event };
  for (const [name, value] of Object.entries(fields)) {
    if (ALLOWED.has(name) && value !== null && value !== undefined) line[name] = clean(value);
  }
  return JSON.stringify(line);
}

/** SE: control characters would let a value forge a second line (LG-06). */
function clean(value: string | number | boolean): string | number | boolean {
  if (typeof value !== 'string') return value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  const line = value.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, ' ').slice(0, MAX_VALUE_LENGTH);
  if (!SENSITIVE.some((shape) => shape.test(line))) return line;
  countRedactions(1);
  return '[redacted]';
}

let redactions = 0;
export function countRedactions(count: number): void {
  redactions += count;
}
/** How often the second barrier held something back in this isolate since it was last asked: each is a bug (LG-04). */
export function takeRedactions(): number {
  const taken = redactions;
  redactions = 0;
  return taken;
}

function write(level: LogLevel, event: string, fields: LogFields): void {
  console.log(logLine(level, event, fields, Date.now()));
}

export const log = {
  info: (event: string, fields: LogFields = {}) => write('info', event, fields),
  warn: (event: string, fields: LogFields = {}) => write('warn', event, fields),
  error: (event: string, fields: LogFields = {}) => write('error', event, fields),
};
