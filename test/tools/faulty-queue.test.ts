import { expect, test } from 'vitest';
import { faultyQueue, type QueueFault } from './faulty-queue.ts';

function givenQueue(draws: readonly number[]) {
  const sent: string[] = [];
  const faults: QueueFault[] = [];
  const response: QueueSendResponse = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
  const whole: Queue<string> = {
    metrics: () => Promise.reject(new Error('not asked for')),
    send: async (message) => {
      sent.push(message);
      return response;
    },
    sendBatch: async (messages) => {
      sent.push(...[...messages].map(({ body }) => body));
      return response;
    },
  };
  const left = [...draws];
  const chance = () => left.shift() ?? 1;
  const queue = faultyQueue(whole, { rate: 0.05, chance, told: (fault) => faults.push(fault) });
  return { queue, sent, faults };
}

test('a faulty queue loses one share and doubles another; the sender sees no difference', async () => {
  const { queue, sent, faults } = givenQueue([0.04, 0.05, 0.099, 0.1]);
  for (const message of ['lost', 'twice', 'twice too', 'once'])
    await expect(queue.send(message)).resolves.toBeDefined();
  expect(sent).toEqual(['twice', 'twice', 'twice too', 'twice too', 'once']);
  expect(faults).toEqual(['dropped', 'doubled', 'doubled']);
});

test('in a batch each message has a fate of its own, and nothing is sent where all are lost', async () => {
  const { queue, sent } = givenQueue([0.5, 0, 0.07, 0]);
  await queue.sendBatch([{ body: 'once' }, { body: 'lost' }, { body: 'twice' }]);
  await queue.sendBatch([{ body: 'lost' }]);
  expect(sent).toEqual(['once', 'twice', 'twice']);
});
