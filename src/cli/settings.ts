/**
 * Which service is asked, and as whom: a person's own token (what a signature or an approval needs) or a service token of Cloudflare
 * Access from the environment, or, on this machine, the one the local stand-in of Access has left in `.state`. Secrets are no arguments: those end up in histories and process lists.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CliError, EXIT, usageError } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface ServiceToken {
  readonly clientId: string;
  readonly clientSecret: string;
}
/** A person, as `cloudflared access token` signs them in. */
export interface PersonToken {
  readonly jwt: string;
}
export interface Settings {
  /** An origin. */
  readonly url: string;
  readonly token: ServiceToken | PersonToken;
}

const DEFAULT_URL = 'http://localhost:8787';

export function readSettings(io: Pick<Io, 'env' | 'root'>, givenUrl: string | undefined): Settings {
  const url = originOf(givenUrl ?? io.env['TELNYX_EDGE_INTAKE_URL'] ?? DEFAULT_URL);
  const jwt = (io.env['CF_ACCESS_TOKEN'] ?? '').trim();
  if (jwt !== '') return { url: url.origin, token: { jwt } };
  const clientId = io.env['CF_ACCESS_CLIENT_ID'] ?? '';
  const clientSecret = io.env['CF_ACCESS_CLIENT_SECRET'] ?? '';
  if (clientId !== '' && clientSecret !== '') return { url: url.origin, token: { clientId, clientSecret } };
  const local = isLoopback(url) ? readLocalToken(io.root, portOf(url)) : null;
  if (local !== null) return { url: url.origin, token: local };
  throw new CliError(
    EXIT.notSignedIn,
    isLoopback(url)
      ? `Nothing is started at ${url.origin}, or not from this folder. Run "npm start", or set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET.`
      : 'Set CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET to a service token of Cloudflare Access.',
  );
}

function originOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw usageError('The URL of the service is an origin, such as https://intake.clinic.example.');
  if (url.username !== '' || url.password !== '') throw usageError('The URL of the service holds no password.');
  // A token that travels in clear is anybody's.
  if (url.protocol === 'http:' && !isLoopback(url)) throw usageError('Use https: for any machine but this one.');
  return url;
}

const isLoopback = ({ hostname }: URL): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** Written by whatever started the stand-in at this port (`npm start`, `simulate`), and removed by it. */
export const localTokenFile = (root: string, port: number): string => path.join(root, '.state', `access-${port}.json`);

function readLocalToken(root: string, port: number): ServiceToken | null {
  try {
    const given = JSON.parse(readFileSync(localTokenFile(root, port), 'utf8')) as Record<string, unknown>;
    const { client_id: clientId, client_secret: clientSecret } = given;
    return typeof clientId === 'string' && typeof clientSecret === 'string' ? { clientId, clientSecret } : null;
  } catch {
    // Not there, or not ours: nobody is signed in by it.
    return null;
  }
}
