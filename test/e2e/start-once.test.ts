/**
 * `npm start -- --once` as a person runs it, once undisturbed by .ci/run and here the hard way: the worker's whole process
 * group is killed with SIGKILL in the middle of the first call. The call must go on and every note must be there.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { PORTS, stackPorts } from './ports.ts';

const root = path.resolve(import.meta.dirname, '../..');

it('finishes every call and the small campaign as scripted although the worker is killed with SIGKILL in the middle of one (S1-M15)', async () => {
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'start-once-'));
  const started = Date.now();
  const { access, worker, telnyx } = stackPorts(PORTS.startOnce);
  const ports = ['--access-port', `${access}`, '--worker-port', `${worker}`, '--telnyx-port', `${telnyx}`];
  // It bundles for itself, which a person has nobody else for.
  const env = { ...process.env, BUNDLED_WORKER: undefined };
  const child = spawn('npm', ['start', '--', '--once', '--state-folder', stateFolder, ...ports], { cwd: root, env });
  let output = '';
  let killed = false;
  const read = (chunk: Buffer) => {
    output += String(chunk);
    if (killed || !output.includes('Do you take any medicines?')) return;
    killed = true;
    const group = Number(readFileSync(path.join(stateFolder, 'worker.pid'), 'utf8'));
    process.kill(-group, 'SIGKILL');
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));

  expect(output).toContain('the worker died and is being started again');
  expect(output).toContain('All 16 calls ended as scripted.');
  expect(output).toContain('pre-flight: 4 will be called, left out: 1 duplicate, 1 suppressed');
  expect(output).toContain('The campaign rang whom it should, and nobody else.');
  expect(output).toContain('The doctor finds nothing wrong.');
  expect(output).toMatch(
    /All \d+ notes were handed to the clinic's own system, signed, and its FHIR server has \d{2,} /,
  );
  expect(code).toBe(0);
  expect(killed).toBe(true);
  expect(Date.now() - started).toBeLessThan(90_000);
  rmSync(stateFolder, { recursive: true, force: true });
});
