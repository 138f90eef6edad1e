/** One of the threads of `npm run fly`: flies the cases it is given, one after the other. */
import { parentPort } from 'node:worker_threads';
import { type FlightCase, flyCase } from '../flight/flight-case.ts';

parentPort?.on('message', async (flown: FlightCase) => {
  parentPort?.postMessage({ flown, tally: await flyCase(flown) });
});
