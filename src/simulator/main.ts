/** Runs the stand-ins from the command line: `node src/simulator/main.ts --speed 20 --upstream http://127.0.0.1:8788`. */
import { parseArgs } from 'node:util';
import { startAccessStandIn } from './access-stand-in.ts';
import { defaultTranscriptionKey } from './audio-transcriptions.ts';
import { formatObservation } from './observation.ts';
import { startTelnyxServer } from './telnyx-server.ts';

const { values } = parseArgs({
  options: {
    'telnyx-port': { type: 'string', default: '8789' },
    'access-port': { type: 'string', default: '8787' },
    upstream: { type: 'string', default: 'http://127.0.0.1:8788' },
    audience: { type: 'string', default: 'local-audience' },
    person: { type: 'string', multiple: true, default: ['admin@clinic.example'] },
    'service-token': { type: 'string', multiple: true, default: [] },
    'api-key': { type: 'string', default: 'KEY_SIMULATOR' },
    speed: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    'ring-backs': { type: 'boolean', default: false },
  },
});

const telnyx = await startTelnyxServer({
  port: Number(values['telnyx-port']),
  engineOptions: {
    apiKey: values['api-key'],
    speed: Number(values.speed),
    seed: Number(values.seed),
    ringBacks: values['ring-backs'],
    webhookUrl: `${values.upstream}/webhooks/telnyx`,
    onObservation: (observation) => console.log(formatObservation(observation)),
  },
});
const access = await startAccessStandIn({
  port: Number(values['access-port']),
  upstream: values.upstream,
  audience: values.audience,
  people: values.person.map((email) => ({ email })),
  serviceTokens: values['service-token'].map((pair) => {
    const [clientId = '', clientSecret = ''] = pair.split(':', 2);
    return { clientId, clientSecret };
  }),
});

console.log(`Telnyx      ${telnyx.url}/v2`);
console.log(`OpenAI      ${telnyx.url}/v1 with the key ${defaultTranscriptionKey}`);
console.log(`public key  ${telnyx.engine.publicKey}`);
console.log(`connection  ${telnyx.engine.connectionId}`);
console.log(`Access      ${access.url} in front of ${values.upstream}`);
console.log(`keys        ${access.jwksUrl}`);

const stop = async (): Promise<void> => {
  await Promise.all([telnyx.close(), access.close()]);
  process.exit(0);
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
