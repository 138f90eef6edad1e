/** `export` and `exports`: what is asked of the service, where the file goes, and that nobody is named in an argument. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EXPORT_KINDS, EXPORTED } from '../../src/web/export-kinds.ts';
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

it.each([
  [['bogus'], 'There is no such list. There are calls, answers, patients, campaigns and suppressions.'],
  [['toString'], 'There is no such list.'],
  [['answers', '--campaign', 'cmp_1'], '"export answers" does not take --campaign. It takes --status, --flagged,'],
  [['campaigns', '--from', '2026-11-01'], '"export campaigns" does not take --from. It takes --status, and --filters.'],
  [['suppressions', '--flagged'], 'It takes --active and --lifted, and --filters.'],
])('export %j says what is wrong with the list before it looks at the file', async (given, words) => {
  const service = await givenService(() => ({ text: '' }));
  const file = path.join(givenFolder(), 'there.csv');
  writeFileSync(file, 'x');
  const { code, err } = await runCli(service, ['export', ...given, '-o', file]);
  expect([code, service.asked]).toEqual([2, []]);
  expect(err).toContain(words);
});

it('narrows each list down by what the service takes for it, and by nothing else', async () => {
  const options = {
    ...{ status: 'x', flagged: null, reviewed: 'yes', patient: 'pat_1', campaign: 'cmp_1', active: null, lifted: null },
    ...{ from: '2026-11-01', to: '2026-11-02' },
  };
  const filterOf: Readonly<Record<string, string>> = {
    patient: 'patient_id',
    campaign: 'campaign_id',
    lifted: 'active',
  };
  for (const what of EXPORTED)
    for (const [name, value] of Object.entries(options)) {
      const service = await givenService(() => ({ text: '' }));
      const file = path.join(givenFolder(), 'new.csv');
      const { code } = await runCli(service, [
        'export',
        what,
        `--${name}`,
        ...(value === null ? [] : [value]),
        '-o',
        file,
      ]);
      const isTaken = Object.hasOwn(EXPORT_KINDS[what].filters.shape, filterOf[name] ?? name);
      expect([what, name, code]).toEqual([what, name, isTaken ? 0 : 2]);
    }
});
