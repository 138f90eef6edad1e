/** A case flown once more, to be read: who heard and pressed what, and what was wrong. */
import { formatObservation } from '../../src/simulator/observation.ts';
import { type FlightCase, flyCase } from '../flight/flight-case.ts';

export async function readable(flown: FlightCase): Promise<{ conversation: string[]; problems: string[] }> {
  const conversation: string[] = [];
  const { problems } = await flyCase(flown, (seen) => {
    conversation.push(`${new Date(seen.at).toISOString().slice(11, 19)}  ${formatObservation(seen)}`);
  });
  return { conversation, problems };
}
