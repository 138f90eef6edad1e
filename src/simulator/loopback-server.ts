/** A server on both loopback addresses under one port: browsers try `::1` first for `localhost`, all else uses 127.0.0.1. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export async function listenOnLoopback(listener: RequestListener, wanted: number) {
  const first = createServer(listener);
  await listen(first, wanted, '127.0.0.1');
  const { port } = first.address() as AddressInfo;
  const servers = [first];
  const second = createServer(listener);
  await listen(second, port, '::1').then(
    () => servers.push(second),
    async (error: NodeJS.ErrnoException) => {
      // No IPv6 here is fine; someone else answering http://localhost is not.
      if (error.code !== 'EADDRINUSE') return;
      await close(servers);
      throw error;
    },
  );
  return { port, close: () => close(servers) };
}

async function close(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve).closeAllConnections())));
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
}
