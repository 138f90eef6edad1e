/** A service that answers as told, and a terminal that keeps what it was shown. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { commandLine } from '../../src/cli/command-line.ts';
import type { Io } from '../../src/cli/io.ts';

export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}
interface Reply {
  readonly status?: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The line goes dead: at once, or after the text. */
  readonly drop?: boolean;
}
export type Answer = (asked: Asked, nth: number) => Reply;

export interface GivenService {
  readonly url: string;
  readonly asked: readonly Asked[];
}

export async function givenService(answer: Answer): Promise<GivenService> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of request) pieces.push(piece as Buffer);
    } catch {
      // Whoever asked has gone: nobody is there to be answered.
      return;
    }
    const { method = '', url = '', headers } = request;
    const one = { method, path: url, headers, body: Buffer.concat(pieces).toString('utf8') };
    asked.push(one);
    reply(response, answer(one, asked.length));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function reply(response: ServerResponse, { status = 200, json, text, headers = {}, drop }: Reply): void {
  if (drop === true && text === undefined) {
    response.destroy();
    return;
  }
  const type = status >= 400 ? 'application/problem+json' : 'application/json';
  response.writeHead(status, { ...(json === undefined ? {} : { 'content-type': type }), ...headers });
  if (drop === true) {
    response.write(text, () => response.destroy());
    return;
  }
  response.end(json === undefined ? (text ?? '') : JSON.stringify(json));
}

/** A problem as the API tells of it. */
export const problem = (status: number, code: string, more: object = {}): Reply => ({
  status,
  json: { type: 'about:blank', title: 'No', status, code, request_id: 'req-1', ...more },
});

export interface TerminalOptions {
  readonly input?: string;
  readonly isTTY?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: string;
  readonly zone?: string;
  /** Nobody waits unless told to. */
  readonly pause?: (ms: number) => Promise<void>;
}
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** How long it waited between two tries, in milliseconds. */
  readonly pauses: readonly number[];
}

export async function runCli(
  service: Pick<GivenService, 'url'> | null,
  given: readonly string[],
  { input = '', isTTY = false, env, root = '/nowhere', zone = 'UTC', pause }: TerminalOptions = {},
): Promise<Ended> {
  const pauses: number[] = [];
  const [stdout, stderr] = [shown(isTTY), shown(isTTY)];
  const io: Io = {
    stdin: Object.assign(Readable.from(input === '' ? [] : [Buffer.from(input)]), { isTTY }),
    ...{ stdout: stdout.stream, stderr: stderr.stream, root },
    env: env ?? {
      ...{ TELNYX_EDGE_INTAKE_URL: service?.url ?? '', TZ: zone },
      ...{ CF_ACCESS_CLIENT_ID: 'id.access', CF_ACCESS_CLIENT_SECRET: 'sesame' },
    },
    pause: async (ms) => {
      pauses.push(ms);
      await pause?.(ms);
    },
  };
  const code = await commandLine(given, io);
  return { code, out: stdout.text(), err: stderr.text(), pauses };
}

function shown(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  let text = '';
  stream.on('data', (piece: Buffer) => {
    text += piece.toString('utf8');
  });
  return { stream, text: () => text };
}
