/** /api/retention: how long everything is kept and why, what the last round removed, what goes next, and what is held back. */
import * as z from 'zod';
import { iso } from '../../call-json.ts';
import { readRetention } from '../read-retention.ts';
import { type Route, route } from '../route.ts';
import { count, idOf, moment } from './answer-fields.ts';

const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at));

const ruleAnswer = z
  .strictObject({
    rule: z.string(),
    what: z.string(),
    tables: z.array(z.string()),
    prefixes: z.array(z.string()).describe('Of the store of files.'),
    keep_days: count.nullable().describe('Null: nothing removes it by its age.'),
    counted_from: z.string(),
    minimum_days: count.describe('Nothing younger goes, whatever the settings say.'),
    source: z.string(),
    removal: z.enum(['daily_round', 'own_sweep', 'none']),
    next_at: moment.nullable().describe('When the oldest of it falls due; only of the daily round.'),
    held: count.describe('Due, and kept by a legal hold.'),
    refused: z.string().nullable().describe('Why nothing goes by this rule.'),
    last_run: z
      .strictObject({ at: moment, removed: count, removed_total: count, code: z.string().nullable() })
      .nullable(),
  })
  .meta({ id: 'RetentionRule' });

const read = route(
  {
    ...{ method: 'GET', path: '/api/retention', roles: ['admin', 'auditor'], audit: 'retention.read', phi: false },
    summary: 'How long everything is kept, what was removed last, what goes next and what is held back',
    answers: {
      200: z.strictObject({
        version: z.string(),
        effective_from: z.iso.date(),
        round: z
          .strictObject({ status: z.string(), code: z.string().nullable(), ended_at: moment.nullable() })
          .nullable()
          .describe('The daily round; null before the first.'),
        held_patients: count,
        overdue_audio: z.strictObject({
          count,
          items: z.array(z.strictObject({ call_id: idOf('call'), created_at: moment })),
        }),
        rules: z.array(ruleAnswer),
      }),
    },
  },
  async (ask) => {
    const state = await readRetention(ask);
    const { round, overdue } = state;
    return ask.c.json({
      version: state.version,
      effective_from: state.effectiveFrom,
      round: round === null ? null : { status: round.status, code: round.code, ended_at: isoOrNull(round.endedAt) },
      held_patients: state.heldPatients,
      overdue_audio: {
        count: overdue.count,
        items: overdue.shown.map(({ callId, at }) => ({ call_id: callId, created_at: iso(at) })),
      },
      rules: state.rules.map(({ rule, days, run, nextAt, held, refused }) => ({
        ...{ rule: rule.id, what: rule.what, tables: rule.tables, prefixes: rule.prefixes, keep_days: days },
        ...{ counted_from: rule.from, minimum_days: rule.minimumDays, source: rule.source, removal: rule.removal },
        ...{ next_at: isoOrNull(nextAt), held, refused },
        last_run:
          run === null
            ? null
            : { at: iso(run.ranAt), removed: run.removed, removed_total: run.removedTotal, code: run.code },
      })),
    });
  },
);

export const retentionRoutes: readonly Route[] = [read];
