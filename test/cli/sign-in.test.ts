import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { localTokenFile, readSettings } from '../../src/cli/settings.ts';
import { givenService, runCli } from './given-service.ts';

const TOKEN = { CF_ACCESS_CLIENT_ID: 'id.access', CF_ACCESS_CLIENT_SECRET: 'sesame' };

function givenLocalToken(port: number, text: string): string {
  const root = mkdtempSync(path.join(tmpdir(), 'cli-root-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  mkdirSync(path.join(root, '.state'));
  writeFileSync(localTokenFile(root, port), text);
  return root;
}

describe('signing in', () => {
  it('sends the service token of the environment, as Access takes it, with every request', async () => {
    const service = await givenService(() => ({ json: { items: [], next_cursor: null } }));
    await runCli(service, ['patient', 'list']);
    expect(service.asked[0]?.headers).toMatchObject({
      'cf-access-client-id': 'id.access',
      'cf-access-client-secret': 'sesame',
    });
  });

  it('sends a person’s own token in their place, which signing a note needs', async () => {
    const service = await givenService(() => ({ json: {} }));
    const env = { TELNYX_EDGE_INTAKE_URL: service.url, ...TOKEN, CF_ACCESS_TOKEN: 'a.b.c' };
    await runCli(service, ['config'], { env });
    expect(service.asked[0]?.headers).toMatchObject({ 'cf-access-token': 'a.b.c' });
    expect(service.asked[0]?.headers).not.toHaveProperty('cf-access-client-id');
  });

  it('at a service of this machine takes the token that was left for its port', async () => {
    const service = await givenService(() => ({ json: {} }));
    const root = givenLocalToken(Number(new URL(service.url).port), '{"client_id":"local","client_secret":"s"}');
    const env = { TELNYX_EDGE_INTAKE_URL: service.url };
    expect((await runCli(service, ['config'], { env, root })).code).toBe(0);
    expect(service.asked[0]?.headers).toMatchObject({ 'cf-access-client-id': 'local' });
  });

  it.each(['{"client_id":"local"}', 'no json', '[]'])('a token file that holds %s signs nobody in', (text) => {
    const root = givenLocalToken(8787, text);
    expect(() => readSettings({ env: {}, root }, undefined)).toThrow(/npm start/);
  });

  it('without a token nothing is asked: 3, and what to set', async () => {
    const service = await givenService(() => ({ json: {} }));
    const env = { TELNYX_EDGE_INTAKE_URL: service.url };
    const ended = await runCli(service, ['config'], { env });
    expect(ended).toMatchObject({ code: 3, err: expect.stringContaining('CF_ACCESS_CLIENT_ID') });
    expect(service.asked).toEqual([]);
  });

  it('takes no token of this machine to another one', () => {
    const root = givenLocalToken(443, '{"client_id":"local","client_secret":"s"}');
    expect(() => readSettings({ env: {}, root }, 'https://intake.clinic.example')).toThrow(/service token/);
  });

  it.each([
    'http://intake.clinic.example',
    'http://localhost.clinic.example',
    'http://127.0.0.1.clinic.example',
    'ftp://localhost',
    'https://intake.clinic.example/api',
    'https://me:secret@intake.clinic.example',
    'intake.clinic.example',
  ])('sends no secret to %s', (url) => {
    expect(() => readSettings({ env: TOKEN, root: '/nowhere' }, url)).toThrow(
      expect.objectContaining({ exitCode: 2 }) as Error,
    );
  });

  it.each(['http://localhost:8787', 'http://127.0.0.1:1', 'http://[::1]:8787', 'https://intake.clinic.example'])(
    'talks to %s',
    (url) => {
      expect(readSettings({ env: TOKEN, root: '/nowhere' }, url).url).toBe(url);
    },
  );

  it('says nothing of the secret, whatever goes wrong', async () => {
    const service = await givenService(() => ({ status: 403, text: 'This service token is not valid.' }));
    for (const given of [['config'], ['config', '--json']]) {
      const { out, err, code } = await runCli(service, given);
      expect(code).toBe(3);
      expect(out + err).not.toContain('sesame');
    }
  });
});
