/**
 * Stands in for whatever pages staff: takes the alerts of the worker, verifies by whom they are signed, and keeps them. One that is not
 * rightly signed is refused and kept apart.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedAlert {
  readonly callId: string;
  readonly type: string;
  readonly body: string;
}
export interface AlertListener {
  readonly url: string;
  readonly received: readonly ReceivedAlert[];
  /** What was not signed, or wrongly: one line each. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

export async function startAlertListener(secret: string): Promise<AlertListener> {
  const received: ReceivedAlert[] = [];
  const refused: string[] = [];
  const signer = new Webhook(secret);
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request.setEncoding('utf8')) body += piece;
    try {
      const { call_id, type } = signer.verify(body, headersOf(request)) as { call_id: string; type: string };
      received.push({ callId: call_id, type, body });
      response.writeHead(204).end();
    } catch (error) {
      refused.push(`${body.slice(0, 80)}: ${(error as Error).message}`);
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/alerts`,
    received,
    refused,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

const headersOf = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
