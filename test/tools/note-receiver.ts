/** Stands in for the clinic's own system: takes the notes the worker hands on, and nothing that is not rightly signed (Standard Webhooks). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedNote {
  /** The `webhook-id`: the same at each try. */
  readonly id: string;
  readonly callId: string;
  readonly version: number;
}
export interface NoteReceiver {
  readonly url: string;
  readonly received: readonly ReceivedNote[];
  /** How many were refused: a signature or a key that is not ours. */
  readonly refused: () => number;
  close(): Promise<void>;
}

interface Keys {
  readonly secret: string;
  readonly key: string;
}

export function startNoteReceiver({ secret, key }: Keys): Promise<NoteReceiver> {
  const received: ReceivedNote[] = [];
  let refused = 0;
  const webhook = new Webhook(secret);
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      try {
        if (request.headers.authorization !== `Bearer ${key}`) throw new Error('another key');
        const event = webhook.verify(body, request.headers as Record<string, string>) as {
          intake_data?: { call_id: string; version: number };
        };
        const { intake_data: note } = event;
        if (note !== undefined)
          received.push({ id: String(request.headers['webhook-id']), callId: note.call_id, version: note.version });
        response.writeHead(204).end();
      } catch {
        refused += 1;
        response.writeHead(401).end();
      }
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/notes`,
        received,
        refused: () => refused,
        close: () =>
          new Promise((closed) => {
            server.closeAllConnections();
            server.close(() => closed());
          }),
      });
    });
  });
}
