/** The page of the do-not-call list, and what can be done there: look a number up, add it, lift it, read in a whole list. */
import * as z from 'zod';
import { getImport } from '../../store/imports.ts';
import { countSuppressions, listSuppressions, suppressionsOf } from '../../store/suppression-list.ts';
import { isSuppressed } from '../../store/suppressions.ts';
import { countAlerts } from '../../store/tasks.ts';
import { isUsNumber } from '../../us-number.ts';
import { beginImport } from '../begin-import.ts';
import { addToList, takeOffList } from '../change-suppressions.ts';
import { notFound, Problem } from '../errors.ts';
import { maskNumber } from '../mask.ts';
import { plainIssue } from '../plain-issue.ts';
import { readFields } from '../read-body.ts';
import { MAX_LIST_BYTES, readListFile } from '../read-list-file.ts';
import { readUpload } from '../read-upload.ts';
import { type Ask, type Route, route } from '../route.ts';
import { line } from '../text-line.ts';
import { isScripted } from './ask-first.tsx';
import { clinicClock } from './clinic-clock.tsx';
import { givenUpFor } from './given-up.ts';
import { MOST_ALERTS, Outcome, page } from './layout.tsx';
import { ImportRefused, ImportStatus } from './suppression-import.tsx';
import { type SuppressionList, SuppressionsAnswer } from './suppressions-fragment.tsx';
import { AddForm, type SentPlainly, STAFF_REASONS, SuppressionsPage, SuppressionTabs } from './suppressions-page.tsx';
import { typedNumber } from './typed-number.ts';
import { CONTACT_ROLES, RUN_ROLES, viewerOf } from './viewer.ts';

const PAGE_SIZE = 50;
/** Of one number: what holds it, and how often it was lifted. */
const MOST_OF_ONE = 20;

const seers = { roles: CONTACT_ROLES, phi: true } as const;
const posted = { ...seers, method: 'POST' } as const;
const ofKind = (kind: string) => z.string().regex(new RegExp(`^${kind}_[0-9a-f-]{36}$`));
const suppressionId = ofKind('sup');
const listQuery = z.strictObject({
  cursor: suppressionId.optional(),
  active: z
    .enum(['true', 'false'])
    .default('true')
    .transform((text) => text === 'true'),
});

const shared = ({ actor, config, now }: Ask) => ({
  viewer: viewerOf(actor),
  clock: clinicClock(config.clinic.timeZone, now),
});

async function pageOfList(
  ask: Ask,
  { active, cursor }: z.output<typeof listQuery> = { active: true },
): Promise<SuppressionList> {
  const filter = { limit: PAGE_SIZE, cursor: cursor ?? null, active };
  const { items: rows, nextCursor } = await listSuppressions(ask.db, ask.config.keyRing, filter);
  return { ...shared(ask), rows, view: { kind: 'list', active, cursor: filter.cursor, nextCursor } };
}

async function ofNumber(ask: Ask, phoneNumber: string): Promise<SuppressionList> {
  const { db, config } = ask;
  const [rows, suppressed] = await Promise.all([
    suppressionsOf(db, config.keyRing, phoneNumber, MOST_OF_ONE),
    isSuppressed(db, config.keyRing, phoneNumber),
  ]);
  return { ...shared(ask), rows, view: { kind: 'number', phoneNumber, suppressed } };
}

async function wholePage(ask: Ask, list: SuppressionList, sent: SentPlainly = {}, status: 200 | 409 = 200) {
  const [counts, alerts, givenUp] = await Promise.all([
    countSuppressions(ask.db),
    countAlerts(ask.db, MOST_ALERTS),
    givenUpFor(ask),
  ]);
  return ask.c.html(
    page({
      ...{ title: 'Do not call', clinicName: ask.config.clinic.name, viewer: list.viewer, alerts, givenUp },
      current: 'suppressions',
      children: <SuppressionsPage list={list} counts={counts} sent={sent} />,
    }),
    status,
  );
}

/** What stands of the number now; what was typed to be added is gone from its form, the counts are new. */
async function answer(ask: Ask, number: string, outcome?: string): Promise<Response> {
  if (!isScripted(ask)) return wholePage(ask, await ofNumber(ask, number), outcome === undefined ? {} : { outcome });
  const [list, counts] = await Promise.all([ofNumber(ask, number), countSuppressions(ask.db)]);
  return ask.c.html(
    <>
      <SuppressionsAnswer list={list} {...(outcome === undefined ? {} : { outcome })} />
      <SuppressionTabs counts={counts} active={null} exports={false} elsewhere />
      {outcome === undefined ? null : <AddForm elsewhere />}
    </>,
  );
}

/** The list stays as it stands there; what goes elsewhere in the page still does. */
const KEEP = { 'HX-Reswap': 'none' } as const;
const refused = async (ask: Ask, text: string): Promise<Response> =>
  isScripted(ask)
    ? ask.c.html(<Outcome text={text} />, 409, KEEP)
    : wholePage(ask, await pageOfList(ask), { notice: text }, 409);

const NOT_A_NUMBER = 'This is not a US number that can be called. Write ten digits.';

const show = route(
  { ...seers, method: 'GET', path: '/dashboard/suppressions', audit: 'page.suppressions', query: listQuery },
  async (ask) => wholePage(ask, await pageOfList(ask, ask.query)),
);

const search = route({ ...posted, path: '/dashboard/suppressions/search', audit: 'suppression.check' }, async (ask) => {
  const { phone_number = '' } = await readFields(ask.c.req.raw);
  const number = typedNumber(phone_number);
  if (!isUsNumber(number)) return refused(ask, NOT_A_NUMBER);
  return answer(ask, number);
});

const addition = z.object({
  phone_number: z.string(NOT_A_NUMBER).transform(typedNumber).refine(isUsNumber, NOT_A_NUMBER),
  reason: z.enum(STAFF_REASONS, 'Choose a reason.'),
  statement: z
    .string()
    .trim()
    .default('')
    .refine(
      (text) => text === '' || line(500).safeParse(text).success,
      'Write their words as plain text, in one line.',
    ),
});

const add = route({ ...posted, path: '/dashboard/suppressions/add', audit: 'suppression.add' }, async (ask) => {
  const typed = await readFields(ask.c.req.raw);
  const { data, error } = addition.safeParse(typed, { error: plainIssue });
  if (data === undefined) {
    const problem = problemIn(error);
    return isScripted(ask)
      ? ask.c.html(<AddForm typed={typed} problem={problem} elsewhere />, 409, KEEP)
      : wholePage(ask, await pageOfList(ask), { typed, problem }, 409);
  }
  const { phone_number: number, reason, statement } = data;
  const { isNew } = await addToList(ask, number, statement === '' ? reason : statement);
  const outcome = isNew ? 'is on the list now.' : 'was on the list already; nothing was changed.';
  return answer(ask, number, `${maskNumber(number)} ${outcome}`);
});
const problemIn = (error: z.ZodError): string => error.issues[0]?.message ?? 'Please check the fields.';

const lift = route(
  {
    ...{ method: 'POST', path: '/dashboard/suppressions/:suppression_id/lift', audit: 'suppression.lift', phi: true },
    ...{ roles: ['admin'], params: z.strictObject({ suppression_id: suppressionId }) },
  },
  async (ask) => {
    const { evidence = '' } = await readFields(ask.c.req.raw);
    // A text field takes several lines; what is kept is one.
    const text = line(2000).safeParse(evidence.replace(/\s+/g, ' '), { error: plainIssue });
    if (!text.success) return refused(ask, 'Not lifted. Write down the evidence in plain words.');
    try {
      const row = await takeOffList(ask, ask.params.suppression_id, text.data);
      const number = row.phoneNumber ?? '';
      return await answer(ask, number, `${maskNumber(number)} is off the list. It may be called again.`);
    } catch (error) {
      if (error instanceof Problem && error.code === 'already_lifted')
        return refused(ask, 'It had been lifted already. Load the page again to see by whom.');
      throw error;
    }
  },
);

const REFUSED: Readonly<Record<string, string>> = {
  too_large: 'The list is larger than 32 megabytes. Split it.',
  not_a_list: 'This is no list that can be read. Save the sheet as CSV (UTF-8) and choose that file.',
};

const upload = route(
  {
    ...{ method: 'POST', path: '/dashboard/suppressions/import', audit: 'suppression.import', phi: false },
    roles: RUN_ROLES,
  },
  async (ask) => {
    try {
      const { file } = await readUpload(ask.c.req.raw, MAX_LIST_BYTES.suppressions);
      const read = readListFile(file, { kind: 'suppressions', mapping: null, requiredVariables: [] });
      const id = await beginImport(ask, { kind: 'suppressions', file: read, campaignId: null, consent: null });
      const list = await getImport(ask.db, id);
      if (list === null) throw new Error('an import that was just begun is not there');
      const imported = <ImportStatus list={list} />;
      return isScripted(ask) ? ask.c.html(imported) : wholePage(ask, await pageOfList(ask), { imported });
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      const { code, details } = error;
      const text = REFUSED[code] ?? details.errors?.[0]?.detail ?? details.detail ?? 'The file could not be read.';
      const imported = <ImportRefused text={`Nothing was imported. ${text}`} />;
      return isScripted(ask) ? ask.c.html(imported, 409) : wholePage(ask, await pageOfList(ask), { imported }, 409);
    }
  },
);

const importStatus = route(
  {
    ...{ method: 'GET', path: '/dashboard/fragments/suppressions/imports/:import_id', audit: 'page.import_poll' },
    ...{ phi: false, roles: RUN_ROLES, params: z.strictObject({ import_id: ofKind('imp') }) },
  },
  async (ask) => {
    const list = await getImport(ask.db, ask.params.import_id);
    if (list === null || list.kind !== 'suppressions') throw notFound();
    return ask.c.html(<ImportStatus list={list} />);
  },
);

export const suppressionPageRoutes: readonly Route[] = [show, search, add, lift, upload, importStatus];
