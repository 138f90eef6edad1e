/**
 * The canary run over the whole product (LG-05): a patient whose every word is marked is put on file, called, alerted about, corrected,
 * signed, listed in a campaign, written down from an upload and handed on, by API, pages and command line, with a wrong request of each
 * kind. Then everything written or asked for is searched for the marks, in every form. The clinic's own system alone may hold them. At
 * the end marks are planted in each place, and found: the search is able to fail.
 */
import diagnostics from 'node:diagnostics_channel';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultTranscriptionKey } from '../../src/simulator/audio-transcriptions.ts';
import type { Persona } from '../../src/simulator/persona.ts';
import { renderRecording } from '../../src/simulator/recording-audio.ts';
import type { Recording } from '../../src/simulator/recordings.ts';
import { redFlag } from '../../src/simulator/urgent-personas.ts';
import { runCli } from '../cli/given-service.ts';
import { launchBrowser } from '../support/browser.ts';
import { encodingsOf } from '../support/encodings.ts';
import {
  type Sink,
  searchLeaks,
  sink,
  sinksUnder,
  spellingsOfDate,
  spellingsOfNumber,
} from '../support/search-leaks.ts';
import { type LocalStack, startLocalStack } from '../tools/local-stack.ts';
import { PORTS, stackPorts } from './ports.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Words that nothing else in the product says. */
const marked: Persona = {
  ...redFlag,
  id: 'marked',
  phone: '+12025550183',
  firstName: 'Zyxwquartz',
  lastName: 'Vbnmplinth',
  dateOfBirth: '1957-11-23',
  keys: {
    ...redFlag.keys,
    birth_date: ['11231957#'],
    'hpi.chief_complaint': [{ say: ['crushing chest pain and flumboozle in my gronkle'] }],
    'ample.allergies_detail': [{ say: ['quixotane'] }],
  },
};
const LISTED = {
  phone: '+12125550164',
  first: 'Wrenkolith',
  last: 'Drozbexter',
  born: '1961-08-14',
  variable: 'Plimvorgon',
};
const EXTERNAL = 'MRNqx77341zk';
const MARKS: readonly string[] = [
  ...[marked.firstName, marked.firstName.toLowerCase(), marked.lastName, marked.lastName.toLowerCase()],
  ...[LISTED.first, LISTED.last, LISTED.last.toLowerCase(), LISTED.variable],
  ...[marked.phone, LISTED.phone].flatMap(spellingsOfNumber),
  ...['1957-11-23', LISTED.born].flatMap(spellingsOfDate),
  // Spoken, dictated, and written by staff.
  ...[
    'flumboozle',
    'gronkle',
    'quixotane',
    'Thrumbelast',
    'Ockleferous',
    'Evidencemark',
    'Addendummark',
    'Correctedmark',
  ],
  ...['Suppressmark', 'Filenamemark'],
];
/** Typed into addresses by whoever asks wrongly: the developer's own tools here keep addresses, the product must not. */
const TYPED = 'Typedinmark';
/** The clinic's own id of a patient stands in D1 in clear, to be searched by; it is on no other line. */
const MARKS_OUTSIDE = [...MARKS, EXTERNAL];
const DICTATED: Recording = {
  ...{ id: 'rec-1', format: 'mp3', channels: 'single', startedAt: 1_000_000, endedAt: 1_006_000, initiatedBy: 'api' },
  ...{ callControlId: 'c', callLegId: 'l', callSessionId: 's', connectionId: 'x', from: '+1', to: '+1', callId: null },
  marks: [
    { atMs: 1_000_500, durationMs: 4_000, side: 'patient', tones: [440], words: 'Thrumbelast said Ockleferous.' },
  ],
};

const folder = mkdtempSync(path.join(tmpdir(), 'canary-'));
const [stateFolder, home] = [path.join(folder, 'state'), path.join(folder, 'home')];
const ports = stackPorts(PORTS.canary);
let stack: LocalStack;
let browser: Browser;
let page: Page;
let clinic: Server;
let [patientId, callId, campaignId, adminToken] = ['', '', '', ''];
/** What each line said, in its own list. */
const lines = {
  accessLog: [] as string[],
  browserUrls: [] as string[],
  browserConsole: [] as string[],
  browserStorage: [] as string[],
  errors: [] as string[],
  headers: [] as string[],
  cliErrors: [] as string[],
};
const handedOver: string[] = [];

/** Every server of this test's own: the proxy in front, Telnyx, the clinic, the alerts. What an access log would keep. */
const logAccess = (message: unknown) => {
  const { request } = message as { request: IncomingMessage };
  const { method, url, headers } = request;
  lines.accessLog.push(`${method} ${headers.host}${url} ${headers.referer ?? ''} ${headers['user-agent'] ?? ''}`);
};

beforeAll(async () => {
  diagnostics.subscribe('http.server.request.start', logAccess);
  mkdirSync(home);
  clinic = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (piece: string) => {
      body += piece;
    });
    request.on('end', () => {
      handedOver.push(body);
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => clinic.listen(0, '127.0.0.1', resolve));
  const { port } = clinic.address() as AddressInfo;
  [stack, browser] = await Promise.all([
    startLocalStack({
      ...{ keep: false, ports, stateFolder, entry: 'test/tools/tapped-entry.ts', engine: { personas: [marked] } },
      withFhir: true,
      variables: { SINK_BACKEND_URL: `http://127.0.0.1:${port}/notes`, SINK_R2: 'on' },
    }),
    launchBrowser(),
  ]);
  stack.telnyx.engine.recordings.save(DICTATED);
  await stack.worker.ready();
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(15_000);
  page.on('request', (request) => lines.browserUrls.push(`${request.url()} ${request.headers()['referer'] ?? ''}`));
  page.on('console', (message) => lines.browserConsole.push(message.text()));
  page.on('pageerror', (error) => lines.browserConsole.push(error.stack ?? error.message));
  page.on('dialog', (dialog) => void dialog.accept());
  await page.goto(`${stack.access.url}/dashboard`);
  await page.getByRole('button', { name: /Ada Admin/ }).click();
  await page.waitForURL('**/dashboard/today');
});
afterAll(async () => {
  diagnostics.unsubscribe('http.server.request.start', logAccess);
  await browser?.close();
  await stack?.stop();
  await new Promise((resolve) => clinic.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function until<T>(ask: () => Promise<T | null | undefined | false>, limitMs = 40_000): Promise<T> {
  for (const deadline = Date.now() + limitMs; ; await pause(200)) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`still not so: ${ask}`);
  }
}
async function api<T = Record<string, string>>(method: string, address: string, body?: unknown): Promise<T> {
  // The connection may be one that its other end has closed, while a search kept this process busy.
  const answer = await stack.api(method, address, body).catch(() => stack.api(method, address, body));
  expect(answer.status, `${method} ${address} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body as T;
}
async function cli(given: readonly string[], input = '') {
  const env = { TELNYX_EDGE_INTAKE_URL: `http://localhost:${ports.access}`, TZ: 'America/New_York', HOME: home };
  const ended = await runCli(null, given, { input, env, root, pause: (ms) => pause(ms) });
  lines.cliErrors.push(ended.err);
  return ended;
}
it('a marked patient goes through everything: call, alert, note, correction, signature, hand-over', async () => {
  const person = {
    ...{ phone_number: marked.phone, first_name: marked.firstName, last_name: marked.lastName },
    ...{ date_of_birth: marked.dateOfBirth, external_id: EXTERNAL },
  };
  const made = await cli(
    [
      ...['patient', 'create', '--from', '-', '--json', '--consent-basis', 'verbal', '--consent-at', '2026-01-02'],
      ...['--consent-by', 'Evidencemark clerk', '--evidence', 'Evidencemark form 7'],
    ],
    JSON.stringify(person),
  );
  expect(made).toMatchObject({ code: 0 });
  patientId = (JSON.parse(made.out) as { patient_id: string }).patient_id;
  callId = (await api('POST', '/api/calls', { phone_number: marked.phone, patient_id: patientId }))['call_id'] ?? '';
  expect((await cli(['call', 'watch', callId])).code).toBe(0);
  const { items } = await api<{ items: { task_id: string; call_id: string }[] }>('GET', '/api/tasks');
  for (const task of items) await api('POST', `/api/tasks/${task.task_id}/claim`);
  await until(async () => (await stack.api('GET', `/api/calls/${callId}/intake-data`)).status === 200);
  await api('POST', `/api/calls/${callId}/corrections`, {
    items: [{ item: 'hpi.chief_complaint', state: 'answered', value: 'Correctedmark gronkle' }],
  });
  await api('POST', `/api/calls/${callId}/review`, { verdict: 'signed', addendum: 'Addendummark' });
  await until(async () => handedOver.some((body) => body.includes('Correctedmark')));
  await until(async () => stack.alerts.received.some((alert) => alert.callId === callId));
  await until(async () => (await stack.api('GET', `/api/calls/${callId}/recording`)).status === 200);
  expect((await cli(['call', 'recording', callId, '-o', path.join(folder, 'call.mp3')])).code).toBe(0);
  expect((await cli(['call', 'note', callId])).out).toContain('quixotane');
  expect((await cli(['patient', 'get', patientId, '--reveal'])).out).toContain(marked.lastName);
});

it('a marked list, a marked upload and a marked number to be left alone', async () => {
  const list = path.join(folder, 'list.csv');
  const header = 'phone,first_name,last_name,date_of_birth,external_id,clinic_day';
  const row = [LISTED.phone, LISTED.first, LISTED.last, LISTED.born, `${EXTERNAL}-2`, LISTED.variable].join(',');
  writeFileSync(
    list,
    `${header}\n${row}\nnonsense,${LISTED.first},${LISTED.last},${LISTED.born},x,${LISTED.variable}\n`,
  );
  const made = await cli([
    ...['campaign', 'create', list, '--name', 'Autumn', '--consent-basis', 'verbal', '--consent-by', 'Evidencemark'],
    ...['--consent-at', '2026-01-02', '--evidence', 'Evidencemark form'],
  ]);
  // 1: a row was refused.
  expect(made).toMatchObject({ code: 1, out: expect.stringContaining('1 taken') });
  campaignId = /cmp_[0-9a-f-]{36}/.exec(made.out)?.[0] ?? '';
  await api('POST', `/api/campaigns/${campaignId}/preflight`);
  const suppressed = await cli(['suppress', 'add', '-', '--reason', 'Suppressmark'], LISTED.phone);
  expect(suppressed.code).toBe(0);

  const upload = new FormData();
  const audio = new Blob([Buffer.from(renderRecording(DICTATED))], { type: 'audio/mpeg' });
  upload.set('file', audio, 'Filenamemark.mp3');
  const { transcription_id: id } = await api('POST', '/api/transcriptions', upload);
  await until(async () => (await api('GET', `/api/transcriptions/${id}`))['status'] === 'done');
  expect(JSON.stringify(await api('GET', `/api/transcriptions/${id}`))).toContain('Ockleferous');
});

it('every page that shows them, and a search by name', async () => {
  const pages = [
    ...[
      'today',
      'calls',
      `calls/${callId}`,
      'patients',
      `patients/${patientId}`,
      `patients/${patientId}/edit`,
      'tasks',
    ],
    ...[
      'campaigns',
      `campaigns/${campaignId}`,
      'suppressions',
      'transcriptions',
      'deliveries',
      'jobs',
      'audit',
      'settings',
    ],
  ];
  const shown: string[] = [];
  for (const name of pages) {
    await page.goto(`${stack.access.url}/dashboard/${name}`);
    shown.push(await page.locator('body').innerText());
  }
  expect(shown.join('\n')).toContain(marked.lastName);
  await page.goto(`${stack.access.url}/dashboard/patients`);
  await page.getByLabel('Family name').fill(marked.lastName);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/patients/search');
  expect(await page.locator('main').innerText()).toContain('ZV');
  // What a search by hand leaves behind in the browser.
  lines.browserUrls.push(page.url());
  lines.browserStorage.push(
    await page.evaluate<string>(
      'JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href])',
    ),
    JSON.stringify((await page.context().cookies()).map(({ name }) => name)),
  );
});

it('a wrong request of every kind, marked where it can be', async () => {
  const token = await stack.access.mintToken('admin@clinic.example');
  adminToken = token;
  // Past the proxy, whose own log may keep what somebody typed into the address.
  const wrong = async (method: string, address: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${stack.worker.url}${address}`, {
      ...{ method, redirect: 'manual' },
      headers: { 'cf-access-jwt-assertion': token, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    lines.errors.push(await answer.text());
    lines.headers.push([...answer.headers].map((header) => header.join(': ')).join('\n'));
    return answer.status;
  };
  const name = { first_name: marked.firstName, last_name: marked.lastName, date_of_birth: 'Vbnmplinth' };
  const statuses = [
    await wrong('GET', '/api/calls', undefined, { 'cf-access-jwt-assertion': `Vbnmplinth.${token}` }),
    await wrong('GET', `/api/patients/${TYPED}`),
    await wrong('GET', `/api/nothing/${TYPED}?name=${TYPED}`),
    await wrong('GET', `/api/patients?family_name=${TYPED}`),
    await wrong('GET', `/dashboard/patients/${TYPED}`, undefined, { 'content-type': 'text/html' }),
    await wrong('POST', '/api/patients', { ...name, phone_number: 'flumboozle' }),
    await wrong('POST', '/api/patients', `{"first_name": "${marked.firstName}", `),
    await wrong('POST', '/api/patients', `first_name=${marked.firstName}`, { 'content-type': 'text/plain' }),
    await wrong('POST', '/api/patients', { unknown: marked.lastName }),
    await wrong('POST', '/api/calls', { phone_number: LISTED.phone, patient_id: patientId }),
    await wrong('POST', '/api/calls', { phone_number: '+12025550163' }),
    await wrong('DELETE', '/api/calls', { note: marked.lastName }),
    await wrong('POST', `/api/calls/${callId}/corrections`, {
      items: [{ item: 'gronkle', state: 'answered', value: 'x' }],
    }),
    await wrong('POST', '/webhooks/telnyx', { data: { payload: { from: marked.phone } } }),
    await wrong('POST', '/api/patients/search', { family_name: 'x'.repeat(70_000) + marked.lastName }),
    await wrong('POST', '/api/patients', name, { origin: `https://${marked.lastName}.example` }),
  ];
  expect(statuses.filter((status) => status < 400)).toEqual([]);
  expect(new Set(statuses).size).toBeGreaterThanOrEqual(6);
});

/** The lines that wrangler writes about requests for whoever develops; where it is deployed, nobody does (LG-02). */
const withoutDevelopersLines = ({ name, contents }: Sink): Sink =>
  name !== 'worker.log'
    ? { name, contents }
    : sink(
        name,
        contents
          .toString()
          .split('\n')
          .filter((line) => !line.includes('[wrangler:')),
      );

async function everySink(): Promise<{ files: Sink[]; others: Sink[] }> {
  const { log } = stack.telnyx.engine;
  // Whom to ring and what to say Telnyx must be told; what it hands back, keeps or writes down must say nothing.
  const toTelnyx = log.flatMap((entry) => {
    if (entry.kind === 'webhook') return [entry.url];
    const { client_state, target_leg_client_state, webhook_url, command_id } = (entry.body ?? {}) as Record<
      string,
      string
    >;
    return [JSON.stringify([entry.path, entry.query, client_state, target_leg_client_state, webhook_url, command_id])];
  });
  const audit: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const got: { items: unknown[]; next_cursor: string | null } = await api(
      'GET',
      `/api/audit?limit=200${cursor && `&cursor=${cursor}`}`,
    );
    audit.push(...got.items);
    cursor = got.next_cursor;
  }
  return {
    files: sinksUnder(stateFolder, ['secrets.json']).map(withoutDevelopersLines),
    others: [
      ...Object.entries(lines).map(([name, said]) => sink(name, said)),
      sink(
        'alerts',
        stack.alerts.received.map(({ body }) => body),
      ),
      sink('audit', JSON.stringify(audit)),
      sink('telnyx', toTelnyx),
      ...sinksUnder(home).map(({ name, contents }) => ({ name: `home/${name}`, contents })),
    ],
  };
}

it('nothing of the patient is anywhere but at the clinic: not in D1, R2, Durable Objects, queues, logs, addresses, alerts, errors (LG-05, HS-04, T13, C72)', async () => {
  await pause(500);
  const { files, others } = await everySink();
  expect(searchLeaks(files, MARKS)).toEqual([]);
  expect(searchLeaks(others, MARKS_OUTSIDE)).toEqual([]);
  const log = files.filter(({ name }) => name === 'worker.log');
  expect(searchLeaks(log, MARKS_OUTSIDE)).toEqual([]);
  const ours = files.filter(({ name }) => !name.startsWith('v3/observability'));
  expect(searchLeaks([...ours, ...others], [TYPED])).toEqual([]);

  // Not vacuous: each place was written to, and holds what it may.
  const text = (name: string) => others.find((each) => each.name === name)?.contents.toString() ?? '';
  const places = ['v3/d1', 'v3/r2', 'IntakeSession', 'KeyVault', 'Dialer', 'CampaignRunner', 'worker.log'];
  expect(
    places.filter((place) => !files.some(({ name, contents }) => name.includes(place) && contents.length > 0)),
  ).toEqual([]);
  const written = Buffer.concat(files.map(({ contents }) => contents));
  const expected = [
    patientId,
    callId,
    campaignId,
    '"recording.stored"',
    '"alert.sent"',
    '{"tap":"queue","queue":"jobs"',
  ];
  expect(expected.filter((words) => !written.includes(words))).toEqual([]);
  expect(text('accessLog')).toContain(`/api/patients/${patientId}`);
  expect(text('browserUrls')).toContain(`/dashboard/calls/${callId}`);
  expect(text('alerts')).toContain(callId);
  expect(text('audit')).toContain(patientId);
  expect(text('telnyx')).toContain('/actions/');
  expect(text('errors')).toContain('"code"');
  // And the one place that may hold them does.
  const clinics = handedOver.join('\n');
  expect(
    ['Zyxwquartz', 'Vbnmplinth', '1957-11-23', 'flumboozle', 'quixotane'].filter((mark) => !clinics.includes(mark)),
  ).toEqual([]);
});

it('no key and no token is on any of these lines, nor in any file (SE-28, T13)', async () => {
  const { files, others } = await everySink();
  const own = JSON.parse(readFileSync(path.join(stateFolder, 'secrets.json'), 'utf8')) as Record<string, string>;
  const cookies = await page.context().cookies();
  const signed = [adminToken, ...cookies.map(({ value }) => value)].map((token) => token.split('.').at(-1) ?? '');
  const secrets = [
    ...Object.values(own).map((secret) => secret.replace('local1:', '')),
    ...signed,
    defaultTranscriptionKey,
  ];
  expect(secrets.filter((secret) => secret.length < 8)).toEqual([]);
  // Named by their beginnings: a failure is read by many.
  const found = searchLeaks([...files, ...others], secrets).map((where) => where.slice(0, where.indexOf(': ') + 6));
  expect(found).toEqual([]);
});

it('the browser asks nobody but us (LG-10)', () => {
  const origins = new Set(lines.browserUrls.map((line) => new URL(line.split(' ')[0] ?? '').origin));
  expect([...origins]).toEqual([stack.access.url]);
});

it('the worker asks no host but those it was told of (FG-4)', () => {
  const log =
    sinksUnder(stateFolder)
      .find(({ name }) => name === 'worker.log')
      ?.contents.toString() ?? '';
  const hosts = new Set([...log.matchAll(/\{"tap":"outbound","host":"([^"]+)"\}/g)].map(([, host]) => host));
  const told = [
    stack.telnyx.url,
    stack.access.issuer,
    stack.alerts.url,
    `http://127.0.0.1:${(clinic.address() as AddressInfo).port}`,
    stack.fhir?.variables['FHIR_BASE'] ?? '',
  ];
  expect([...hosts].toSorted()).toEqual(told.map((url) => new URL(url).host).toSorted());
});

it('would be found in each of these places, and in each form (LG-05)', async () => {
  const { files, others } = await everySink();
  for (const form of encodingsOf('Zyxwquartz Vbnmplinth'))
    expect(searchLeaks([sink('any', `{"x":"…${form}…"}`)], ['Zyxwquartz Vbnmplinth']), form).toHaveLength(1);
  for (const { name, contents } of others) {
    const leaking = {
      name,
      contents: Buffer.concat([contents, Buffer.from(` ${Buffer.from('..quixotane').toString('base64')}`)]),
    };
    expect(searchLeaks([leaking], MARKS_OUTSIDE)).toEqual([`${name}: quixotane`]);
  }
  expect(files.length).toBeGreaterThan(5);

  // Planted where it would really come from: worker, queue, D1, R2; the browser; the command line.
  const plant = () => fetch(`${stack.worker.url}/`, { headers: { 'x-plant': 'Plantedmark' } });
  // The connection may be one that the worker has closed upon a body too large.
  const answer = await until(() => plant().catch(() => null));
  lines.errors.push(await answer.text());
  lines.headers.push([...answer.headers].join('\n'));
  await page.goto(`${stack.access.url}/dashboard/today?name=Plantedmark`);
  await page.evaluate(`console.log('Plantedmark'); localStorage.setItem('x', 'Plantedmark')`);
  lines.browserStorage.push(await page.evaluate<string>('JSON.stringify({ ...localStorage })'));
  await cli(['call', 'get', 'Plantedmark']);
  writeFileSync(path.join(home, '.history'), 'patient get Plantedmark');
  await until(async () => {
    const found = searchLeaks([...(await everySink()).files], ['Plantedmark']).join('\n');
    return found.includes('v3/d1') && found.includes('v3/r2') && found.includes('worker.log');
  }, 10_000);
  const planted = await everySink();
  const found = searchLeaks([...planted.files, ...planted.others], ['Plantedmark']).map((where) => where.split(':')[0]);
  expect(found).toEqual(
    expect.arrayContaining([
      'worker.log',
      'accessLog',
      'browserUrls',
      'browserConsole',
      'browserStorage',
      'errors',
      'headers',
      'home/.history',
    ]),
  );
  const log = planted.files.find(({ name }) => name === 'worker.log')!.contents.toString();
  const queued = log.split('\n').filter((line) => line.includes('"tap":"queue"'));
  expect(searchLeaks([sink('queue', queued)], ['Plantedmark'])).toEqual(['queue: Plantedmark']);
});
