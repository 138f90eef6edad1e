/** `alerts`: what is asked of the API, and what is shown of it. */
import { expect, it } from 'vitest';
import { type Answer, givenService, problem, runCli } from './given-service.ts';

const ALERT = {
  ...{ alert_id: 'alr_1', kind: 'dead_letters', subject: 'jobs', code: 'jobs_dead', count: 3 },
  ...{
    meaning: 'Work was given up.',
    to_do: 'See Background work.',
    told_at: null,
    seen_at: '2026-11-28T15:00:00.000Z',
  },
  ...{ opened_at: '2026-11-28T14:00:00.000Z', closed_at: null, acknowledged_by: null, acknowledged_at: null },
};
const one: Answer = () => ({ json: { items: [ALERT], next_cursor: null } });
const none: Answer = () => ({ json: { items: [], next_cursor: null } });

it('lists each trouble with its code and what to do', async () => {
  const service = await givenService(one);
  const { code, out } = await runCli(service, ['alerts', 'list']);
  expect([code, service.asked.map(({ path }) => path)]).toEqual([0, ['/api/alerts?limit=50']]);
  for (const text of ['dead_letters', 'jobs_dead', '3', 'See Background work.']) expect(out).toContain(text);
});

it('asks for what is open, for a kind, and for all pages', async () => {
  const service = await givenService((_, nth) => ({
    json: { items: [ALERT], next_cursor: nth === 1 ? 'more' : null },
  }));
  const { out } = await runCli(service, ['alerts', '--open', '--kind', 'dead_letters', '--all', '--json']);
  expect(service.asked.map(({ path }) => path)).toEqual([
    '/api/alerts?open=true&kind=dead_letters&limit=200',
    '/api/alerts?open=true&kind=dead_letters&limit=200&cursor=more',
  ]);
  expect((JSON.parse(out) as { items: unknown[] }).items).toEqual([ALERT, ALERT]);
});

it('says so when there is nothing, and ends with the code of a refusal', async () => {
  const service = await givenService(none);
  expect((await runCli(service, ['alerts', '--open'])).out).toBe('Nothing is wrong.\n');
  expect((await runCli(service, ['alerts'])).out).toBe('Nothing has been wrong.\n');
  const refusing = await givenService(() => problem(403, 'forbidden'));
  expect((await runCli(refusing, ['alerts'])).code).toBe(3);
});
