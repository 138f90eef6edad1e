/**
 * The forwarding half of the Access stand-in: one request to the worker behind it, streamed both ways, Host kept. The
 * answer to a worker that is down or silent is ours: 502 or 504, in words.
 */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

const idleTimeoutMs = 60_000;

/** Meant for one hop only (RFC 9110, 7.6.1). */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function forward(
  upstream: URL,
  path: string,
  assertion: string | null,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const headers = forwardedHeaders(request.headers);
  if (assertion !== null) headers['cf-access-jwt-assertion'] = assertion;
  const outgoing = httpRequest({
    host: upstream.hostname,
    port: upstream.port || 80,
    method: request.method,
    path,
    headers,
    setHost: false,
    // A connection each: a kept one may belong to a worker that has been restarted since.
    agent: false,
    timeout: idleTimeoutMs,
  });
  outgoing.on('timeout', () => outgoing.destroy(new Error('timeout')));
  outgoing.on('error', (error) => fail(response, upstream, error.message === 'timeout' ? 504 : 502));
  outgoing.on('response', (incoming) => {
    response.writeHead(incoming.statusCode ?? 502, forwardedHeaders(incoming.headers));
    // Errors after the head can only end the connection, which pipeline does.
    pipeline(incoming, response, () => {});
  });
  response.on('close', () => outgoing.destroy());
  request.pipe(outgoing);
}

/** Without what belongs to one hop, and without anything that only Access may say. */
function forwardedHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const kept = Object.entries(headers).filter(
    ([name]) => !hopByHop.has(name) && !named.has(name) && !/^cf[-_]access[-_]/.test(name),
  );
  return Object.fromEntries(kept);
}

function fail(response: ServerResponse, upstream: URL, status: 502 | 504): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const why = status === 504 ? 'did not answer in time' : 'is not reachable; it may be starting';
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'retry-after': '1' });
  response.end(`The worker at ${upstream.origin} ${why}.\n`);
}
