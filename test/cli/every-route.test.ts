/**
 * What the API can do, the command line can: each route names the command that asks it, or why there is none. The commands are run, at a
 * service that answers everything with a little of everything, and have to ask that very route.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Answer, givenService, runCli } from './given-service.ts';
import { ROUTE_COMMANDS } from './route-commands.ts';

vi.mock('cloudflare:workers', () => ({ DurableObject: class {}, WorkerEntrypoint: class {}, env: {} }));

let folder: string;
let routes: readonly string[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'cli-routes-'));
  const files = {
    'words.txt': 'Because it was asked for.\n',
    'list.csv': 'phone\n2025550143\n',
    'sound.mp3': 'sound',
    'answers.json': '[{"phone_number":"+12025550143","answer":"no","asked_for":"2026-11-01"}]',
    'corrections.json': '[{"item":"hpi.pain_level","state":"answered","value":4}]',
    'questionnaire.json': '{"id":"knee","version":1}',
    'patient.json': '{"phone_number":"+12025550143"}',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  // The routes are made for workerd, which knows it already.
  Object.assign(Uint8Array.prototype, { toBase64: () => '' });
  const table = (await import('../../src/web/routes.ts')).routes;
  routes = table.flatMap((route) => (route.path.startsWith('/api/') ? [`${route.method} ${route.path}`] : []));
}, 30_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  Reflect.deleteProperty(Uint8Array.prototype, 'toBase64');
});

it('no route is without a command or a reason, and none is named that is not there', () => {
  expect(Object.keys(ROUTE_COMMANDS).toSorted()).toEqual(routes.toSorted());
});

/** Whatever is asked for, some of it is here. */
const item = {
  ...{ staff_id: 'staff_1', email: 'dana@clinic.example', roles: ['admin'], week: '2026-11-16', status: 'due' },
  ...{ signatures: [], questionnaire_id: 'knee', newest_version: 1 },
};
const answer: Answer = () => ({
  json: {
    ...{ items: [item], next_cursor: null, handed_on: [], findings: [], flags: [], signatures: [], rules: [] },
    ...{
      ok: true,
      status: 'done',
      import_id: 'imp_1',
      campaign_id: 'cmp_1',
      transcription_id: 'trn_1',
      call_id: 'call_1',
    },
    ...{ preflight_id: 'pre_1', counts: { will_call: 1, skipped: {} }, rejected: 1, rejected_by: {}, problems: [] },
    ...{ overdue_audio: { count: 0, items: [] }, transcript: [], open: null, head: { seq: 1, hash: 'a' }, break: null },
    ...{ round: null, next: null, phone_number: '+12025550143' },
  },
});

const patternOf = (route: string): RegExp =>
  new RegExp(`^${route.replace(/[.]/g, '\\.').replace(/:[a-z_]+/g, '[^/?]+')}(\\?|$)`);

it.each(Object.entries(ROUTE_COMMANDS).filter(([, command]) => 'run' in command))(
  '%s is asked by its command',
  async (route, command) => {
    if (!('run' in command)) return;
    const service = await givenService(answer);
    const given = command.run.map((word) => word.replace(/^@/, `${folder}/`));
    const target = path.join(folder, 'out');
    const ended = await runCli(
      service,
      given.map((word) => (word === 'OUT' ? target : word)),
      { input: '1\n' },
    );
    rmSync(target, { force: true });
    const asked = service.asked.map(({ method, path: address }) => `${method} ${address}`);
    expect({ err: ended.err, asked: asked.filter((one) => patternOf(route).test(one)) }).not.toMatchObject({
      asked: [],
    });
  },
);

it('why there is none is said in words', () => {
  for (const command of Object.values(ROUTE_COMMANDS))
    if ('none' in command) expect(command.none.length).toBeGreaterThan(20);
});
