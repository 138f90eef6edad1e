/** The page of emergency access (HS-02); works without a script. */
import * as z from 'zod';
import { EMERGENCY_VERDICTS, listEmergencies } from '../../store/emergency-accesses.ts';
import { ROLES } from '../../store/staff.ts';
import { emergencyReason, giveUpEmergency, judgeEmergency, takeEmergency } from '../emergency-access.ts';
import { Problem } from '../errors.ts';
import { sees } from '../field-access.ts';
import { readFields } from '../read-body.ts';
import { type Ask, type Route, route } from '../route.ts';
import { text } from '../text-line.ts';
import { clinicClock } from './clinic-clock.tsx';
import { EmergencyPage } from './emergency-page.tsx';
import { settingsPage } from './settings-frame.tsx';

const PAGE_SIZE = 25;
const PATH = '/dashboard/settings/emergency';

interface Said {
  readonly outcome?: string;
  readonly notice?: string;
  /** The reason that was refused. */
  readonly typed?: string;
}

async function answer(ask: Ask, cursor: string | null, { outcome, notice, typed = '' }: Said = {}): Promise<Response> {
  const { actor, config, db, now } = ask;
  const seesOthers = sees(actor, 'audit_lines');
  const found = seesOthers ? await listEmergencies(db, config.keyRing, { limit: PAGE_SIZE, cursor }) : null;
  const until = actor.emergencyUntil ?? null;
  return settingsPage(
    ask,
    'emergency',
    'Emergency access',
    <EmergencyPage
      {...{ until, now, outcome: outcome ?? null, notice: notice ?? null, typed, me: actor.id }}
      isNeeded={until === null && !sees(actor, 'answers')}
      list={found?.items ?? null}
      nextCursor={found?.nextCursor ?? null}
      readsReasons={sees(actor, 'emergency_reasons')}
      clock={clinicClock(config.clinic.timeZone, now)}
    />,
    notice === undefined ? 200 : 409,
  );
}

/** Done: the page again, by its own address, so that loading it again does nothing twice. */
async function answered(ask: Ask, change: () => Promise<void>, typed = ''): Promise<Response> {
  try {
    await change();
    return ask.c.redirect(PATH, 303);
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 409 && error.status !== 422)) throw error;
    const { detail, errors } = error.details;
    const notice = detail ?? errors?.[0]?.detail ?? 'That was not done. Please check what you entered.';
    return answer(ask, null, { notice, typed });
  }
}

/** Of a form: what is empty was not written. */
const written = (fields: Readonly<Record<string, string>>, name: string, maxLength: number): string | null => {
  const given = (fields[name] ?? '').trim();
  if (given === '') return null;
  const read = text(maxLength).safeParse(given);
  if (read.success) return read.data;
  throw new Problem(422, 'invalid', { detail: 'Write plain text, with at least one letter.' });
};

const all = { roles: ROLES, phi: false } as const;
const word = { ...all, method: 'POST', needsPerson: true } as const;

const show = route(
  {
    ...{ ...all, phi: true, method: 'GET', path: PATH, audit: 'page.emergency' },
    query: z.strictObject({
      cursor: z
        .string()
        .regex(/^emg_[0-9a-f-]{36}$/, 'Not a cursor of this list.')
        .optional(),
    }),
  },
  async (ask) => answer(ask, ask.query.cursor ?? null),
);

const begin = route({ ...word, path: PATH, audit: 'emergency.begin' }, async (ask) => {
  const fields = await readFields(ask.c.req.raw);
  return answered(
    ask,
    async () => {
      const reason = emergencyReason.safeParse(fields['reason'] ?? '');
      if (!reason.success)
        throw new Problem(422, 'invalid', {
          detail: 'Nothing was opened. Say in a few plain words why you need it: at least ten letters.',
        });
      await takeEmergency(ask, reason.data);
    },
    fields['reason'],
  );
});

const end = route({ ...word, path: `${PATH}/end`, audit: 'emergency.end' }, async (ask) =>
  answered(ask, () => giveUpEmergency(ask)),
);

const review = route(
  {
    ...{ ...word, roles: ['admin'], path: `${PATH}/:emergency_id/review`, audit: 'emergency.review' },
    params: z.strictObject({ emergency_id: z.string().regex(/^emg_[0-9a-f-]{36}$/) }),
  },
  async (ask) => {
    const fields = await readFields(ask.c.req.raw);
    return answered(ask, async () => {
      const verdict = EMERGENCY_VERDICTS.find((each) => each === fields['verdict']);
      if (verdict === undefined) throw new Problem(422, 'invalid', { detail: 'Say whether it was justified.' });
      if (verdict === 'not_justified' && fields['sure'] !== 'true')
        throw new Problem(422, 'invalid', { detail: 'Not saved. Confirm that you have looked at what they saw.' });
      await judgeEmergency(ask, ask.params.emergency_id, { verdict, note: written(fields, 'note', 2000) });
    });
  },
);

export const emergencyPageRoutes: readonly Route[] = [show, begin, end, review];
