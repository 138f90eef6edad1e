/** Sends a download as the storage would that served it: at once, late, byte by byte, or not to its end. */
import type { ServerResponse } from 'node:http';
import type { Download } from './download.ts';

/** Between two pieces of a body that trickles. */
const pieceMs = 100;

export async function sendDownload({ status, contentType, body, fault }: Download, response: ServerResponse) {
  if (fault?.kind === 'waits') await pause(fault.ms);
  // The whole length also for a body that will be cut, as S3 does: how else could the other end notice?
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.length });
  if (fault?.kind === 'cut') {
    response.flushHeaders();
    response.write(body.subarray(0, fault.afterBytes), () => response.destroy());
    return;
  }
  if (fault?.kind === 'trickles') await trickle(body, fault.ms, response);
  else response.end(body);
}

async function trickle(body: Uint8Array, ms: number, response: ServerResponse): Promise<void> {
  response.flushHeaders();
  const size = Math.ceil((body.length * pieceMs) / ms);
  for (let at = 0; at < body.length && !response.destroyed; at += size) {
    await pause(pieceMs);
    response.write(body.subarray(at, at + size));
  }
  response.end();
}

/** Holds no process that wants to end. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
