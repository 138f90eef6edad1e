/** `export` and `exports`: what is asked of the service, where the file goes, and that nobody is named in an argument. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { givenService, runCli } from './given-service.ts';

function givenFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'cli-exports-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it('asks for a list as it is narrowed down, by POST, and keeps it for its owner alone (C67)', async () => {
  const service = await givenService(() => ({ text: 'call_id\r\ncall_1\r\n' }));
  const file = path.join(givenFolder(), 'calls.csv');
  const given = ['export', 'calls', '--status', 'completed', '--reviewed', 'no', '--from', '2026-11-01', '-o', file];
  const { code, err } = await runCli(service, [...given, '--columns', 'call_id, status']);
  expect([code, err]).toEqual([0, expect.stringContaining('keep it safe')]);
  expect(service.asked[0]).toMatchObject({ method: 'POST', path: '/api/exports' });
  expect(JSON.parse(service.asked[0]?.body ?? '')).toMatchObject({
    ...{ what: 'calls', format: 'csv', columns: ['call_id', 'status'] },
    filters: { status: 'completed', reviewed: false, from: expect.stringMatching(/^2026-1[01]-\d\dT/) },
  });
  expect(readFileSync(file, 'utf8')).toBe('call_id\r\ncall_1\r\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

it('takes what may name somebody from a file, and repeats none of it', async () => {
  const service = await givenService(() => ({ text: '[]\n' }));
  const folder = givenFolder();
  const filters = path.join(folder, 'filters.json');
  writeFileSync(filters, '{"family_name": "Quimbleton"}');
  const at = (name: string) => [
    'export',
    'patients',
    '--format',
    'json',
    '--filters',
    filters,
    '-o',
    path.join(folder, name),
  ];
  expect((await runCli(service, at('one.json'))).code).toBe(0);
  expect(JSON.parse(service.asked[0]?.body ?? '')).toMatchObject({ filters: { family_name: 'Quimbleton' } });
  expect(service.asked[0]?.path).toBe('/api/exports');
  writeFileSync(filters, 'Quimbleton');
  const refused = await runCli(service, at('two.json'));
  expect([refused.code, refused.err.includes('Quimbleton')]).toEqual([2, false]);
  expect(service.asked).toHaveLength(1);
});

it('keeps nothing of a file that broke off', async () => {
  const service = await givenService(() => ({ text: 'call_id\r\n', drop: true }));
  const file = path.join(givenFolder(), 'calls.csv');
  const { code, err } = await runCli(service, ['export', 'calls', '-o', file]);
  expect([code, existsSync(file)]).toEqual([7, false]);
  expect(err).toMatch(/broke off|did not answer/);
});

it('says what may be taken and what was taken last', async () => {
  const service = await givenService(() => ({
    json: {
      items: [{ what: 'campaigns', columns: ['campaign_id', 'name'], filters: ['status'], formats: ['csv'] }],
      recent: [{ by: 'Ada', what: 'calls', format: 'csv', at: '2026-11-28T15:00:00.000Z', rows: 7, end: 'whole' }],
    },
  }));
  const { code, out } = await runCli(service, ['exports']);
  expect(code).toBe(0);
  expect(out).toMatch(/campaigns\n {2}campaign_id, name[\s\S]*Ada[\s\S]*calls[\s\S]*7[\s\S]*whole/);
});
