/** A time that ends before it begins is the same mistake everywhere: told by one code, and beside the field on a page, where what was typed stays. */
import { beforeEach, describe, expect, it } from 'vitest';
import { routes } from '../../src/web/routes.ts';
import { BACKEND } from '../support/given-delivery.ts';
import { unlimited } from './every-route.ts';
import { type GivenApp, givenApp } from './given-app.ts';
import { openPage } from './given-page.ts';

let given: GivenApp;
beforeEach(() => {
  given = givenApp(BACKEND);
  Object.assign(given.env, unlimited());
});

const DETAIL = 'The first day is after the last: swap them.';
const SWAPPED = { from: '2026-11-28T00:00:00Z', to: '2026-11-01T00:00:00Z' };
const ofAPatient = (path: string) => path.replace(':patient_id', `pat_${'0'.repeat(8)}-0000-4000-8000-000000000000`);
const shapeOf = (schema: unknown): readonly string[] =>
  Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});
/** Whatever is asked for by its two ends. */
const spans = routes.filter(({ method, query }) => {
  const names = shapeOf(query);
  return method === 'GET' && names.includes('from') && names.includes('to');
});

describe('a time that ends before it begins', () => {
  const lists = spans.map(({ path }) => path).filter((path) => path.startsWith('/api/'));
  it('is asked of every list that takes one', () => {
    expect(lists).toEqual(expect.arrayContaining(['/api/calls', '/api/stats', '/api/analytics', '/api/audit']));
  });

  it.each(lists)('%s refuses it by one code, and says what to do (C65)', async (path) => {
    const response = await given.request(`${ofAPatient(path)}?${new URLSearchParams(SWAPPED)}`);
    const { errors } = (await response.json()) as { errors: unknown };
    expect([response.status, errors]).toEqual([422, [{ pointer: '/from', code: 'after_end', detail: DETAIL }]]);
    const day = { from: '2026-11-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };
    const same = await given.request(`${ofAPatient(path)}?${new URLSearchParams(day)}`);
    expect(same.status).not.toBe(422);
  });

  it.each([
    ['/api/exports', { what: 'calls', filters: SWAPPED }, '/filters/from'],
    ['/api/exports', { what: 'answers', filters: SWAPPED }, '/filters/from'],
    ['/api/exports', { what: 'patients', filters: SWAPPED }, '/filters/from'],
    ['/api/deliveries/earlier', { sink: 'backend', ...SWAPPED }, '/from'],
  ])('%s refuses %j at %s', async (path, body, pointer) => {
    const response = await given.send('POST', path, body);
    const { errors } = (await response.json()) as { errors: unknown };
    expect([response.status, errors]).toEqual([422, [{ pointer, code: 'after_end', detail: DETAIL }]]);
  });

  it.each(['/dashboard/calls', ofAPatient('/dashboard/audit/patients/:patient_id'), '/dashboard/analytics'])(
    '%s says so beside the field, and what was typed stays (S1-T4)',
    async (path) => {
      const { status, html } = await openPage(given, `${path}?from=2026-11-28&to=2026-11-01`);
      expect(status).toBe(422);
      expect(html).toContain(`<p class="notice notice-bad" role="alert">${DETAIL} The page is shown without that.`);
      expect(html).toContain(`<small id="wrong-from" class="wrong-filter">${DETAIL}</small>`);
      expect(fieldOf(html, 'from')).toMatch(/value="2026-11-28".*aria-invalid="true"/);
      expect(fieldOf(html, 'to')).toContain('value="2026-11-01"');
    },
  );

  it('is told together with what does not exist', async () => {
    const { html } = await openPage(given, '/dashboard/calls?status=gone&from=2026-11-28&to=2026-11-01');
    expect(html).toContain(`asks for what does not exist here: the status. ${DETAIL} The page is shown without that.`);
  });

  it('is told beside the field of an export, and nothing is taken', async () => {
    const { status, html } = await openPage(given, '/dashboard/exports/take', {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
      body: new URLSearchParams({ what: 'calls', format: 'csv', from: '2026-11-28', to: '2026-11-01' }).toString(),
    });
    expect(status).toBe(422);
    expect(html).toContain(`Nothing was taken. ${DETAIL}`);
    expect(html).toContain(`<small id="wrong-calls-from" class="wrong-filter">${DETAIL}</small>`);
    expect(html).toMatch(/id="calls-from"[^>]*aria-describedby="wrong-calls-from"[^>]*value="2026-11-28"/);
    expect(html).toMatch(/id="calls-to"[^>]*value="2026-11-01"/);
    expect(html).not.toContain('wrong-answers-from');
  });
});

describe('a time that is too long', () => {
  it('is told with how long it may be, and the day that was typed stays', async () => {
    const { status, html } = await openPage(given, '/dashboard/analytics?from=2020-11-28');
    expect(status).toBe(422);
    expect(html).toContain('role="alert">At most 366 days at once. The page is shown without that.');
    expect(html).toContain('<small id="wrong-from" class="wrong-filter">At most 366 days at once.</small>');
    expect(fieldOf(html, 'from')).toContain('value="2020-11-28"');
    expect(html).not.toContain('does not exist here');
  });
});

const fieldOf = (html: string, name: string): string =>
  new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(html)?.[0] ?? '';
