/** An address that asks a list for what it does not know: the page is shown without that, and says so. */
import { desc, eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEvents } from '../../src/store/schema.ts';
import { routes } from '../../src/web/routes.ts';
import { unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { endCall, type GivenCall, givenCall } from './given-call.ts';
import { expectNoInlineCode, openPage } from './given-page.ts';

let given: GivenApp;
let made: GivenCall;
beforeEach(() => {
  given = givenApp();
  Object.assign(given.env, unlimited());
});
beforeAll(async () => {
  given = givenApp();
  made = await givenCall(given);
  await endCall(given, made);
});

const shapeOf = (schema: unknown): readonly string[] => Object.keys((schema as { shape?: object }).shape ?? {});
/** Every page that has a query at all, and is nobody's in particular. */
const lists = routes.filter(
  ({ method, path, query }) =>
    method === 'GET' && path.startsWith('/dashboard/') && !path.includes('/fragments/') && query !== undefined,
);
const named = lists.flatMap(({ path, query }) => (path.includes('/:') ? [] : [[path, shapeOf(query)] as const]));

describe('a list that is asked for what it does not know', () => {
  it('is found in the table of routes, so that no list is forgotten', () => {
    expect(named.length).toBeGreaterThan(12);
    expect(named.map(([path]) => path)).toContain('/dashboard/patients');
  });

  it.each(named)('%s is shown without it, answers 422 and leads back (S1-T4)', async (path, filters) => {
    const whole = await openPage(given, path);
    const heading = /<h1[^>]*>[^<]*/.exec(whole.html)?.[0] ?? 'no heading';
    expect(whole.html).not.toContain('Reset the filters');
    for (const name of [...filters.filter((each) => each !== 'resource' && each !== 'shown'), 'nonsense']) {
      const { status, html, response } = await openPage(given, `${path}?${name}=%3Cb%3E.wrong`);
      // A person is looked for by any name.
      if (status === 200 && name === 'who') continue;
      expect([name, status]).toEqual([name, 422]);
      expect(response.headers.get('Content-Type')).toBe('text/html; charset=UTF-8');
      expect(html).toContain(heading);
      expect(html).toContain(`<a href="${path}">Reset the filters</a>`);
      expect(html).not.toMatch(/&lt;b&gt;\.wrong|<b>\.wrong|%3Cb%3E\.wrong/);
      expectNoInlineCode(html);
    }
  });

  it('says it beside the filter too, and keeps the ones that are right', async () => {
    const { html } = await openPage(given, '/dashboard/calls?status=nonsense&from=2026-02-30&to=2026-11-20&cursor=1');
    expect(html).toContain('does not exist here: the status, the first day, the page of the list.');
    expect(html).toMatch(/<select[^>]* name="status"[^>]* aria-invalid="true" aria-describedby="wrong-status"/);
    expect(html).toContain('<small id="wrong-status" class="wrong-filter">Choose one of these.</small>');
    expect(html).toContain('<small id="wrong-from" class="wrong-filter">Choose a day of the calendar.</small>');
    expect(html).toMatch(/name="to" type="date" value="2026-11-20"/);
    expect((await openPage(given, '/dashboard/audit?action=Read')).html).toContain('As patient.read.</small>');
  });

  it('is a line of the audit with the patients it showed, as without (HS-05, X12)', async () => {
    const { html } = await openPage(given, '/dashboard/calls?status=nonsense');
    expect(html).toContain(made.call.id);
    const [line] = await given.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.action, 'page.calls'))
      .orderBy(desc(auditEvents.seq))
      .limit(1);
    expect(line).toMatchObject({ status: 200 });
    expect(line?.shown).toContain(made.patient.id);
  });

  it('is a page: what a page asks for by itself, and a program, get the refusal', async () => {
    const fragment = await openPage(given, '/dashboard/fragments/calls?status=nonsense');
    expect([fragment.status, fragment.html.includes('Reset the filters')]).toEqual([422, false]);
    const api = await given.request('/api/calls?status=nonsense');
    expect([api.status, api.headers.get('Content-Type')]).toEqual([422, 'application/problem+json']);
  });

  it('is an unknown address where the id in it is wrong, and a refusal for whoever may not see it (SE-09)', async () => {
    expect((await openPage(given, '/dashboard/audit/patients/pat_x?from=nonsense')).status).toBe(404);
    const token = await given.token({ email: 'nobody@clinic.example' });
    expect((await openPage(given, '/dashboard/calls?status=nonsense', { token })).status).toBe(403);
  });

  it('also of one patient', async () => {
    const patient = made.patient.id;
    for (const path of [`/dashboard/patients/${patient}`, `/dashboard/audit/patients/${patient}`]) {
      const { status, html } = await openPage(given, `${path}?cursor=wrong`);
      expect([path, status, html.includes(`<a href="${path}">Reset the filters</a>`)]).toEqual([path, 422, true]);
    }
  });
});
