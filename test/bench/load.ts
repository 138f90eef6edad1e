/**
 * Sends prepared requests over kept connections and notes how long each took. Bytes are written as they are and only the status is
 * read: a full HTTP client would take more of a small machine than what is measured.
 */
import { connect, type Socket } from 'node:net';

export interface Load {
  readonly perSecond: number;
  readonly latenciesMs: readonly number[];
  readonly statuses: Readonly<Record<string, number>>;
}

export function rawRequest(path: string, headers: Readonly<Record<string, string>>, body: string): Buffer {
  const lines = Object.entries({ ...headers, host: '127.0.0.1', 'content-length': String(Buffer.byteLength(body)) });
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  );
}

/** As many at a time as there are connections: what the worker can take. */
export async function saturate(port: number, requests: readonly Buffer[], connections: number): Promise<Load> {
  const lines = await Promise.all(Array.from({ length: connections }, () => open(port)));
  const waiting = [...requests].reverse();
  const began = performance.now();
  const latenciesMs: number[] = [];
  const statuses: Record<string, number> = {};
  await Promise.all(
    lines.map(async (line) => {
      for (let request = waiting.pop(); request !== undefined; request = waiting.pop()) {
        const sent = performance.now();
        const status = await line.send(request);
        latenciesMs.push(performance.now() - sent);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    }),
  );
  const perSecond = (requests.length * 1000) / (performance.now() - began);
  for (const line of lines) line.close();
  return { perSecond, latenciesMs, statuses };
}

/** So many a second, whatever the worker does: a request that had to wait for an earlier one has taken that long. */
export async function paced(port: number, requests: readonly Buffer[], perSecond: number): Promise<Load> {
  const lines = await Promise.all(Array.from({ length: 32 }, () => open(port)));
  const free = [...lines];
  const queue: { readonly request: Buffer; readonly due: number }[] = [];
  const latenciesMs: number[] = [];
  const statuses: Record<string, number> = {};
  const began = performance.now();
  await new Promise<void>((resolve) => {
    const work = (): void => {
      for (let line = free.pop(); line !== undefined; line = free.pop()) {
        const next = queue.shift();
        if (next === undefined) {
          free.push(line);
          return;
        }
        const taken = line;
        void taken.send(next.request).then((status) => {
          latenciesMs.push(performance.now() - next.due);
          statuses[status] = (statuses[status] ?? 0) + 1;
          free.push(taken);
          if (latenciesMs.length === requests.length) resolve();
          else work();
        });
      }
    };
    let given = 0;
    const tick = setInterval(() => {
      for (; given < requests.length && began + (given * 1000) / perSecond <= performance.now(); given += 1) {
        // Sent at the next tick of a timer: what that is late is not the worker's doing.
        queue.push({ request: requests[given] as Buffer, due: performance.now() });
      }
      if (given === requests.length) clearInterval(tick);
      work();
    }, 1);
  });
  for (const line of lines) line.close();
  return { perSecond: (requests.length * 1000) / (performance.now() - began), latenciesMs, statuses };
}

interface Line {
  send(request: Buffer): Promise<string>;
  close(): void;
}

async function open(port: number): Promise<Line> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  let answered: ((status: string) => void) | null = null;
  let failed: ((error: Error) => void) | null = null;
  let text = '';
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    const head = text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = /content-length: (\d+)/i.exec(text.slice(0, head))?.[1];
    const whole = length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= head + 4 + Number(length);
    if (!whole) return;
    const status = text.slice(9, 12);
    text = '';
    answered?.(status);
  });
  socket.on('error', (error) => failed?.(error));
  socket.on('close', () => failed?.(new Error('the worker closed the connection')));
  return {
    send: (request) =>
      new Promise((resolve, reject) => {
        answered = resolve;
        failed = reject;
        socket.write(request);
      }),
    close: () => {
      failed = null;
      socket.destroy();
    },
  };
}
