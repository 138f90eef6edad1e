/** The last exports as the audit knows them: who took what and when, how many rows, and whether that was all of it. */
import { listAuditEvents } from '../store/audit-events.ts';
import { EXPORT_BEGAN, EXPORT_ENDED } from './export-list.ts';
import { sees } from './field-access.ts';
import type { Ask } from './route.ts';

/** `unfinished`: it still runs, or it was cut off so hard that nobody could write it down. */
export const EXPORT_ENDS = ['whole', 'failed', 'broken_off', 'unfinished'] as const;
export type ExportEnd = (typeof EXPORT_ENDS)[number];

export interface RecentExport {
  readonly by: string;
  /** `calls`, and so on. */
  readonly what: string;
  readonly format: string;
  readonly at: number;
  /** Null: not known. */
  readonly rows: number | null;
  readonly end: ExportEnd;
}

const MOST = 20;
/** A beginning may be several lines, when its first page shows many. */
const LINES = 3 * MOST;

/** All of them for whoever reads the audit, their own for everybody else. */
export async function recentExports({ db, actor }: Pick<Ask, 'db' | 'actor'>): Promise<RecentExport[]> {
  const ofWhom = sees(actor, 'audit_lines') ? {} : { actorName: actor.name };
  const [began, ended] = await Promise.all(
    [EXPORT_BEGAN, EXPORT_ENDED].map((action) =>
      listAuditEvents(db, { limit: LINES, cursor: null, action, ...ofWhom }),
    ),
  );
  const ends = new Map(ended?.items.map((line) => [line.requestId, line]));
  const first = new Map(began?.items.filter(({ status }) => status < 400).map((line) => [line.requestId, line]));
  return [...first.values()].slice(0, MOST).map(({ requestId, actorName, at, objectId }) => {
    const [what = '', format = ''] = (objectId ?? '').split('.');
    const end = ends.get(requestId);
    const rows = Number(end?.objectId?.split('.')[2] ?? Number.NaN);
    return {
      ...{ by: actorName, what, format, at, rows: Number.isSafeInteger(rows) ? rows : null },
      end: end === undefined ? 'unfinished' : ofCode(end.code),
    };
  });
}

const ofCode = (code: string | null): ExportEnd => EXPORT_ENDS.find((each) => each === code) ?? 'whole';
