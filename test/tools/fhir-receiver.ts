/** Stands in for the clinic's FHIR server, with its token service, on this machine: takes the notes that the worker hands on as transactions. */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type FhirStandIn, fhirStandIn } from '../support/fhir-stand-in.ts';

export interface FhirReceiver {
  /** What the worker has to be told to reach it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly resources: FhirStandIn['resources'];
  /** What it did not take, by status and words. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

export async function startFhirReceiver(): Promise<FhirReceiver> {
  const client = { id: 'intake', secret: randomBytes(24).toString('hex'), scope: 'system/*.cud' };
  const refused: string[] = [];
  let standIn: FhirStandIn | null = null;
  const server = createServer((incoming, outgoing) => {
    void answer(standIn as FhirStandIn, incoming, outgoing, refused);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  standIn = fhirStandIn({ base: `${origin}/r4`, tokenUrl: `${origin}/token`, client });
  return {
    variables: {
      ...{ FHIR_BASE: standIn.base, FHIR_TOKEN_URL: standIn.tokenUrl, FHIR_SCOPE: client.scope },
      ...{ FHIR_CLIENT_ID: client.id, FHIR_CLIENT_SECRET: client.secret },
    },
    resources: standIn.resources,
    refused,
    close: () =>
      new Promise((closed) => {
        server.closeAllConnections();
        server.close(() => closed());
      }),
  };
}

async function answer(
  standIn: FhirStandIn,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  refused: string[],
): Promise<void> {
  const pieces: Uint8Array[] = [];
  for await (const piece of incoming) pieces.push(piece as Uint8Array);
  const { method = 'GET', url = '/', headers } = incoming;
  const body = method === 'GET' ? null : Buffer.concat(pieces).toString('utf8');
  const given = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  const response = await standIn.handle(new Request(`http://${headers.host}${url}`, { method, headers: given, body }));
  const text = await response.text();
  if (!response.ok) refused.push(`${response.status} ${text}`);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(text);
}
