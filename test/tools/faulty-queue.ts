/**
 * A queue that loses a share of what is sent to it and hands another share over twice. The product counts on neither: a message is
 * a hint, and what it hints at is stored elsewhere.
 */
export type QueueFault = 'dropped' | 'doubled';

export interface QueueFaults {
  /** Of each of the two. */
  readonly rate: number;
  /** From 0 (included) to 1 (excluded). */
  readonly chance: () => number;
  readonly told: (fault: QueueFault) => void;
}

export function faultyQueue<T>(queue: Queue<T>, { rate, chance, told }: QueueFaults): Queue<T> {
  /** How often a message goes on its way. */
  const times = (): number => {
    const drawn = chance();
    if (drawn >= 2 * rate) return 1;
    const fault = drawn < rate ? 'dropped' : 'doubled';
    told(fault);
    return fault === 'dropped' ? 0 : 2;
  };
  return {
    metrics: () => queue.metrics(),
    send: async (message, options) => {
      // Whoever sends is told that all went well, as by a queue that loses it later.
      const metadata = { metrics: { backlogCount: 0, backlogBytes: 0 } };
      let response: QueueSendResponse = { metadata };
      for (let left = times(); left > 0; left -= 1) response = await queue.send(message, options);
      return response;
    },
    sendBatch: async (messages, options) => {
      const batch = [...messages].flatMap((message) => Array.from({ length: times() }, () => message));
      if (batch.length === 0) return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
      return queue.sendBatch(batch, options);
    },
  };
}
