/**
 * `npm run chaos -- --calls 60`: many simulated calls through the real worker and D1, with a share of every fault the simulator
 * knows on the line, in Telnyx' API and storage and on the way of its webhooks; `--kills` of the worker and `--outages` of D1
 * come on top. `--campaign 1000`: one campaign over a crowd instead, with faulty queues as well. The oracle is what each patient
 * really heard, pressed and said before the hang-up, what Telnyx recorded, and whom and when it was asked to ring. Ends with 1
 * unless all zeros are zeros.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { crowd } from '../../src/simulator/crowd.ts';
import { chaosOfCalls } from './chaos-calls.ts';
import { ACCOUNT_RATE, chaosOfCampaign } from './chaos-campaign.ts';
import { engineFaults } from './chaos-faults.ts';
import { startLocalStack } from './local-stack.ts';
import { manyPatients } from './many-patients.ts';
import { syntheticNumbers } from './synthetic-numbers.ts';

const { values } = parseArgs({
  options: {
    calls: { type: 'string', default: '60' },
    /** So many contacts of one campaign, in place of single calls. */
    campaign: { type: 'string' },
    live: { type: 'string' },
    /** Dials a second, of the campaign. */
    pace: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    'fault-rate': { type: 'string', default: '0.05' },
    kills: { type: 'string', default: '0' },
    outages: { type: 'string', default: '0' },
    /** Whether the worker keeps recordings, and is judged by them. */
    recordings: { type: 'boolean', default: false },
    'first-port': { type: 'string', default: '8817' },
    'state-folder': { type: 'string' },
  },
});
const isCampaign = values.campaign !== undefined;
const live = Number(values.live ?? (isCampaign ? 40 : 20));
const rate = Number(values['fault-rate']);
const port = Number(values['first-port']);
const seed = Number(values.seed);
const root = path.resolve(import.meta.dirname, '../..');

/**
 * A worker that is killed is away for seconds, which at 20 times the speed are minutes to a patient: calls would end by their time
 * limit of 15 minutes, and not as they are to be judged. So does a machine on which many talk at a time and Telnyx keeps waiting.
 */
const speed = isCampaign ? 5 : Number(values.kills) + Number(values.outages) > 0 ? 10 : 20;

// So that a run which is broken off takes its worker along.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const patients = isCampaign
  ? crowd(seed, syntheticNumbers(Number(values.campaign)))
  : manyPatients(Number(values.calls));
const stack = await startLocalStack({
  keep: false,
  speed,
  ports: { access: port, worker: port + 1, telnyx: port + 2 },
  stateFolder: values['state-folder'] ?? path.join(root, '.state/chaos'),
  ...(isCampaign ? { entry: 'test/tools/faulty-entry.ts' } : {}),
  variables: {
    MAX_LIVE_CALLS: String(live),
    DIAL_RATE_PER_SECOND: isCampaign ? String(ACCOUNT_RATE) : '10',
    ...(isCampaign ? { QUEUE_FAULT_RATE: String(rate) } : {}),
  },
  engine: {
    personas: patients,
    seed,
    // Patients who ring back are not among the calls the campaign may have at a time.
    liveCalls: isCampaign ? 2 * live : live,
    ...engineFaults(rate),
  },
});
const settings = {
  ...{ patients, live, seed, recordings: values.recordings, pace: Number(values.pace) },
  ...{ kills: Number(values.kills), outages: Number(values.outages) },
};
let failed: boolean;
try {
  await stack.worker.ready();
  failed = await (isCampaign ? chaosOfCampaign(stack, settings) : chaosOfCalls(stack, settings));
} finally {
  await stack.stop();
}
process.exit(failed ? 1 : 0);
