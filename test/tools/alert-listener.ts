/** Stands in for whatever pages staff: takes the alerts of the worker and keeps them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedAlert {
  readonly callId: string;
  readonly type: string;
  readonly body: string;
}
export interface AlertListener {
  readonly url: string;
  readonly received: readonly ReceivedAlert[];
  close(): Promise<void>;
}

export function startAlertListener(onAlert?: (alert: ReceivedAlert) => void): Promise<AlertListener> {
  const received: ReceivedAlert[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('end', () => {
      const { call_id, type } = JSON.parse(body) as { call_id: string; type: string };
      const alert = { callId: call_id, type, body };
      received.push(alert);
      onAlert?.(alert);
      response.writeHead(204).end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}/alerts`,
        received,
        close: () =>
          new Promise((closed) => {
            server.closeAllConnections();
            server.close(() => closed());
          }),
      });
    });
  });
}
