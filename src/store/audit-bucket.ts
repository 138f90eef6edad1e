/**
 * The audit's copy in R2: a day (UTC) is `audit/<yyyy>/<mm>/<dd>.ndjson` and, where it is long, `<dd>.1.ndjson` and so on, each small
 * enough to be held in memory. A line of JSON for each line of the audit, at the end where the chain stood. Put once and never again; a
 * lock on the prefix keeps everybody from removing them (HS-06, T07).
 */
import { type AuditRow, type ChainHead, hashedText } from '../domain/audit/audit-row.ts';
import { sha256Hex } from './seal.ts';

/** One object: lines of one day, which follow each other, `first` up to `head`. */
export interface AuditPart {
  /** `yyyy-mm-dd`. */
  readonly day: string;
  /** From 0. */
  readonly part: number;
  readonly first: number;
  readonly head: ChainHead;
}

/** No line is longer: whatever is, was put there by somebody else. */
const LINE_CHARS = 4_000_000;

const auditPartKey = ({ day, part }: AuditPart): string =>
  `audit/${day.replaceAll('-', '/')}${part === 0 ? '' : `.${part}`}.ndjson`;

const endOf = ({ day, part, first, head: { seq, hash } }: AuditPart): string =>
  JSON.stringify({ day, ...(part === 0 ? {} : { part }), first, rows: seq - first + 1, head: { seq, hash } });

/** Null: it was put. Otherwise where the lines of that object end, as it says, which was there and stays. `lines`: JSON of the rows. */
export async function putAuditPart(
  bucket: R2Bucket,
  part: AuditPart,
  lines: readonly string[],
): Promise<ChainHead | null> {
  const key = auditPartKey(part);
  // Looked first: a lock refuses to put again what is there, by whatever condition.
  let there = await bucket.head(key);
  if (there === null) {
    const put = await bucket.put(key, `${[...lines, endOf(part)].join('\n')}\n`, {
      onlyIf: new Headers({ 'If-None-Match': '*' }),
      httpMetadata: { contentType: 'application/x-ndjson' },
      customMetadata: { seq: String(part.head.seq), hash: part.head.hash },
    });
    if (put !== null) return null;
    there = await bucket.head(key);
  }
  return { seq: Number(there?.customMetadata?.seq), hash: there?.customMetadata?.hash ?? '' };
}

/**
 * Its lines after `after`, one at a time, whatever the object's length. Null stands for what is not as it was put: a line that is damaged
 * or none, an end that is missing or another, an object that is not there.
 */
export async function* readAuditPart(
  bucket: R2Bucket,
  part: AuditPart,
  after: number,
): AsyncGenerator<AuditRow | null, void> {
  const object = await bucket.get(auditPartKey(part));
  if (object === null) return yield null;
  const end = endOf(part);
  let [count, isEnded] = [0, false];
  for await (const line of linesOf(object.body)) {
    if (isEnded || line === null) return yield null;
    isEnded = line === end;
    if (isEnded) continue;
    const row = parsed(line);
    const seq = typeof row?.seq === 'number' ? row.seq : part.first + count;
    if (seq > after) yield row !== null && isWhole(row, line) ? row : null;
    count += 1;
  }
  if (!isEnded || count !== part.head.seq - part.first + 1) yield null;
}

/** Null: one that is longer than any line; nothing comes behind it. */
async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string | null, void> {
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });
  let rest = '';
  for await (const bytes of body) {
    const lines = `${rest}${decoder.decode(bytes, { stream: true })}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
    if (rest.length > LINE_CHARS) return yield null;
  }
  if (rest !== '') yield rest;
}

const FIELDS = Object.keys({
  ...{ at: 0, actor: 0, actorName: 0, roles: 0, action: 0, phi: 0, method: 0, route: 0, status: 0, code: 0 },
  ...{ patientId: 0, callId: 0, objectId: 0, address: 0, requestId: 0, shown: 0, seq: 0, prevHash: 0, hash: 0 },
} satisfies Record<keyof AuditRow, 0>);

function parsed(line: string): AuditRow | null {
  try {
    return JSON.parse(line) as AuditRow | null;
  } catch {
    return null;
  }
}

/** As it was written, to the letter. The hash alone does not tell a field that is null from one whose name is spelled otherwise. */
const isWhole = (row: AuditRow, line: string): boolean =>
  JSON.stringify(row) === line &&
  FIELDS.every((field) => Object.hasOwn(row, field)) &&
  sha256Hex(hashedText(row)) === row.hash;
