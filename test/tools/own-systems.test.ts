/** `npm run dev` with systems of one's own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ownSystems } from './own-systems.ts';

function given(text: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'own-systems-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, '.dev.vars'), text);
  return path.join(folder, '.dev.vars');
}

it('takes what is said of systems, and nothing else, from the file', () => {
  const file = given('TELNYX_API_KEY=KEY_mine\nFHIR_BASE=http://127.0.0.1:8080/fhir\nSINK_R2=on\nSINK_ALERT_URL=\n');
  expect(ownSystems(file)).toEqual({ FHIR_BASE: 'http://127.0.0.1:8080/fhir', SINK_R2: 'on' });
});

it('sends no key of the stand-in to an address of somebody else', () => {
  const file = given(
    'SINK_BACKEND_URL=http://127.0.0.1:9000/\nSINK_BACKEND_SECRET=whsec_mine\nALERT_URL=http://127.0.0.1:9001/\n',
  );
  expect(ownSystems(file)).toEqual({
    ...{ SINK_BACKEND_URL: 'http://127.0.0.1:9000/', SINK_BACKEND_SECRET: 'whsec_mine', SINK_BACKEND_KEY: '' },
    ...{ ALERT_URL: 'http://127.0.0.1:9001/', ALERT_SECRET: '' },
  });
});

it('takes nothing where there is no file', () => {
  expect(ownSystems('/nowhere/.dev.vars')).toEqual({});
});
