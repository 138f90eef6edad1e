/** What `.dev.vars` says of the systems that notes and alerts go to, for `npm run dev`: it is taken in place of the stand-ins. */
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** An address of one's own comes without the stand-in's key and secret. */
export function ownSystems(file: string): Record<string, string> {
  const all = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const own = Object.entries(all).flatMap(([name, value = '']) =>
    /^(SINK|FHIR|ALERT)_/.test(name) && value !== '' ? [[name, value] as const] : [],
  );
  const has = (name: string) => own.some(([each]) => each === name);
  return {
    ...(has('SINK_BACKEND_URL') ? { SINK_BACKEND_KEY: '', SINK_BACKEND_SECRET: '' } : {}),
    ...(has('ALERT_URL') ? { ALERT_SECRET: '' } : {}),
    ...Object.fromEntries(own),
  };
}
