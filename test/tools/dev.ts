/**
 * `npm run dev`: the stand-ins, and `wrangler dev` that reloads on every change. State is kept between starts. Systems that notes and alerts
 * go to may be one's own: what `.dev.vars` says of them is taken in place of the stand-ins.
 */
import path from 'node:path';
import { formatObservation } from '../../src/simulator/observation.ts';
import { startLocalStack } from './local-stack.ts';
import { ownSystems } from './own-systems.ts';

const root = path.resolve(import.meta.dirname, '../..');

const stack = await startLocalStack({
  keep: true,
  stateFolder: path.join(root, '.state/dev'),
  ports: { access: 8787, worker: 8788, telnyx: 8789 },
  variables: ownSystems(path.join(root, '.dev.vars')),
  onObservation: (observation) => {
    if (observation.type !== 'key') process.stdout.write(`${formatObservation(observation)}\n`);
  },
  onRestart: () => process.stdout.write('(the worker ended and is being started again)\n'),
});
await stack.worker.ready();
process.stdout.write(
  `Open ${stack.access.url}/dashboard. The worker's own log: ${path.join(stack.stateFolder, 'worker.log')}\n`,
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.stop().then(() => process.exit(0)));
}
