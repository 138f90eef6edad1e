/** The weekly look through the audit (HS-10); API and page both come through here. */
import {
  type AuditWeek,
  type Finding,
  figuresOfWeek,
  findingsOf,
  type WeekFigures,
  type WeekStatus,
  weekOf,
  weekStatus,
  weeksSince,
} from '../domain/audit/week-rules.ts';
import { countWeek, firstLineAt, signWeek, type WeekSignature, weekSignatures } from '../store/audit-reviews.ts';
import { newUuid } from '../store/new-id.ts';
import { notFound, Problem } from './errors.ts';
import type { Ask } from './route.ts';

type Asker = Pick<Ask, 'db' | 'config' | 'actor' | 'now'>;

/** Half a year is on the list; an older one is reached by its Monday. */
const WEEKS_LISTED = 26;

export interface ListedWeek extends AuditWeek {
  readonly status: WeekStatus;
  readonly signatures: readonly WeekSignature[];
}
export interface ReviewedWeek extends ListedWeek {
  readonly figures: WeekFigures;
  readonly findings: readonly Finding[];
}

export async function listWeeks({ db, config, now }: Asker): Promise<ListedWeek[]> {
  const since = await firstLineAt(db);
  const weeks = since === null ? [] : weeksSince(config.clinic.timeZone, since, now, WEEKS_LISTED);
  const signatures = await weekSignatures(
    db,
    config.keyRing,
    weeks.map(({ week }) => week),
  );
  return weeks.map((week) => listed(week, signatures, now));
}

export async function readWeek({ db, config, now }: Asker, monday: string): Promise<ReviewedWeek> {
  const week = weekOf(config.clinic.timeZone, monday);
  if (week === null || week.from > now) throw notFound();
  // Nothing stands in a week from before there was an audit: nobody can say that they looked through it.
  if (week.to < ((await firstLineAt(db)) ?? week.from)) throw notFound();
  const [counts, signatures] = await Promise.all([countWeek(db, week), weekSignatures(db, config.keyRing, [monday])]);
  return {
    ...listed(week, signatures, now),
    figures: figuresOfWeek(counts),
    findings: findingsOf(counts, config.clinic.timeZone),
  };
}

/** Also after somebody else: each signature stands for itself. */
export async function signReview(ask: Asker, monday: string, note: string | null): Promise<ReviewedWeek> {
  const week = await readWeek(ask, monday);
  if (week.status === 'running')
    throw new Problem(409, 'week_not_over', { detail: 'This week is not over. Sign it from its next Monday on.' });
  const { db, config, actor, now } = ask;
  await signWeek(
    db,
    config.keyRing,
    { id: `awr_${newUuid(now)}`, week: monday, actor, note, figures: week.figures },
    now,
  );
  return readWeek(ask, monday);
}

function listed(week: AuditWeek, signatures: readonly WeekSignature[], now: number): ListedWeek {
  const own = signatures.filter((each) => each.week === week.week);
  return { ...week, status: weekStatus(week, own.length > 0, now), signatures: own };
}
