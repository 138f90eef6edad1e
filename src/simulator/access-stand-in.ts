/**
 * A stand-in for Cloudflare Access on this machine: a reverse proxy that signs people in, turns service tokens into
 * JWTs, and tells the worker who is asking, in the one header the worker trusts. It opens no door in the worker: the
 * worker checks these tokens exactly as it checks Cloudflare's.
 */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { listenOnLoopback } from './loopback-server.ts';
import { forward } from './proxy-server.ts';
import { safeRedirect } from './safe-redirect.ts';
import { type Person, signedOutPage, signInPage } from './sign-in-page.ts';

interface ServiceToken {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface AccessStandInOptions {
  /** 8787 when left out; 0 takes a free one. */
  readonly port?: number;
  /** Where the worker listens, such as `http://127.0.0.1:8788`. */
  readonly upstream: string;
  readonly audience: string;
  /** Offered as buttons on the sign-in page; any other e-mail address can be typed. */
  readonly people?: readonly Person[];
  readonly serviceTokens?: readonly ServiceToken[];
  /** `http://localhost:<port>` when left out. */
  readonly issuer?: string;
  readonly sessionSeconds?: number;
  /** An RS256 private key with `kid`; generated when left out. */
  readonly privateJwk?: JWK;
}

export interface AccessStandIn {
  /** What people open. */
  readonly url: string;
  readonly issuer: string;
  readonly jwksUrl: string;
  /** A person's token; `claims` override what it says. */
  mintToken(email: string, claims?: JWTPayload): Promise<string>;
  close(): Promise<void>;
}

const cookieName = 'CF_Authorization';
const formLimitBytes = 16_384;
const isPublic = (path: string): boolean =>
  path === '/webhooks/telnyx' ||
  path === '/healthz' ||
  path === '/health' ||
  path.startsWith('/media/') ||
  path.startsWith('/static/');

export async function startAccessStandIn(options: AccessStandInOptions): Promise<AccessStandIn> {
  const keys = await signingKeys(options.privateJwk);
  const upstream = new URL(options.upstream);
  /** The nonces of sessions that signed out. */
  const ended = new Set<string>();
  let issuer = options.issuer ?? '';

  const sign = (subject: string, claims: JWTPayload): Promise<string> => {
    const now = Math.floor(Date.now() / 1000);
    const { sessionSeconds = 86_400, audience } = options;
    const standard = { iss: issuer, aud: [audience], sub: subject, iat: now, nbf: now, exp: now + sessionSeconds };
    const own = { type: 'app', identity_nonce: randomUUID().slice(0, 16), country: 'US' };
    return new SignJWT({ ...standard, ...own, ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: keys.kid, typ: 'JWT' })
      .sign(keys.privateKey);
  };
  const mintToken = (email: string, claims: JWTPayload = {}): Promise<string> =>
    sign(subjectOf(email), { email, ...claims });

  const readSession = async (request: IncomingMessage): Promise<{ token: string; claims: JWTPayload } | null> => {
    const token = tokenOf(request);
    if (token === null) return null;
    try {
      const { payload } = await jwtVerify(token, keys.publicKey, { issuer, audience: options.audience });
      return ended.has(String(payload['identity_nonce'])) ? null : { token, claims: payload };
    } catch {
      // Expired, forged, or from an earlier start of this stand-in: not signed in.
      return null;
    }
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/';
    if (!target.startsWith('/')) return sendText(response, 400, 'Bad request target.');
    const url = new URL(`http://${request.headers.host ?? 'localhost'}${target}`);
    if (url.pathname.startsWith('/cdn-cgi/')) return answerAccess(url, request, response);
    const path = url.pathname + url.search;
    if (isPublic(url.pathname)) return forward(upstream, path, null, request, response);
    const clientId = request.headers['cf-access-client-id'];
    if (clientId !== undefined) {
      const secret = request.headers['cf-access-client-secret'];
      const known = options.serviceTokens?.find((token) => token.clientId === clientId);
      if (known === undefined || typeof secret !== 'string' || !isSame(secret, known.clientSecret)) {
        return sendText(response, 403, 'This service token is not valid.');
      }
      return forward(upstream, path, await sign('', { common_name: known.clientId }), request, response);
    }
    const session = await readSession(request);
    if (session !== null) return forward(upstream, path, session.token, request, response);
    const navigates = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html');
    if (!navigates) return sendText(response, 401, 'Sign in first.');
    redirectTo(response, `/cdn-cgi/access/login?redirect=${encodeURIComponent(path)}`);
  };

  const answerAccess = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /cdn-cgi/access/certs':
        return send(response, 200, 'application/json', JSON.stringify({ keys: [keys.publicJwk] }));
      case 'GET /cdn-cgi/access/login':
        return sendHtml(
          response,
          200,
          signInPage(options.people ?? [], safeRedirect(url.searchParams.get('redirect'))),
        );
      case 'POST /cdn-cgi/access/login':
        return signIn(url, request, response);
      case 'GET /cdn-cgi/access/logout': {
        const session = await readSession(request);
        if (session !== null) ended.add(String(session.claims['identity_nonce']));
        response.setHeader('set-cookie', `${cookieName}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0`);
        return sendHtml(response, 200, signedOutPage());
      }
      case 'GET /cdn-cgi/access/get-identity': {
        const session = await readSession(request);
        if (session === null) return sendText(response, 401, 'Sign in first.');
        const { email, sub, iat } = session.claims;
        const name = options.people?.find((person) => person.email === email)?.name ?? email;
        const identity = { id: sub, user_uuid: sub, name, email, iat, type: 'onetimepin' };
        return send(response, 200, 'application/json', JSON.stringify(identity));
      }
      default:
        sendText(response, 404, 'Not found.');
    }
  };

  const signIn = async (url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { origin } = request.headers;
    if (origin !== undefined && origin !== url.origin) return sendText(response, 403, 'Cross-site sign-in refused.');
    const form = await readForm(request);
    if (form === null) return sendText(response, 413, 'Form too large.');
    const redirect = safeRedirect(form.get('redirect'));
    const email = (form.get('email') ?? '').trim().toLowerCase();
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
      const problem = 'Please give an e-mail address.';
      return sendHtml(response, 422, signInPage(options.people ?? [], redirect, problem));
    }
    const token = await mintToken(email);
    const { sessionSeconds = 86_400 } = options;
    response.setHeader(
      'set-cookie',
      `${cookieName}=${token}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${sessionSeconds}`,
    );
    redirectTo(response, redirect);
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => {
      process.stderr.write(`access stand-in: ${error instanceof Error ? error.stack : String(error)}\n`);
      if (!response.headersSent) sendText(response, 500, 'The Access stand-in failed.');
    });
  };
  const servers = await listenOnLoopback(listener, options.port ?? 8787);
  const url = `http://localhost:${servers.port}`;
  issuer ||= url;
  return { url, issuer, jwksUrl: `${issuer}/cdn-cgi/access/certs`, mintToken, close: servers.close };
}

async function signingKeys(given: JWK | undefined) {
  const generated = given === undefined ? await generateKeyPair('RS256', { extractable: true }) : null;
  const jwk = given ?? (await exportJWK((generated as NonNullable<typeof generated>).privateKey));
  const kid = given?.kid ?? createHash('sha256').update(String(jwk.n)).digest('hex');
  const publicJwk: JWK = { kid, kty: 'RSA', alg: 'RS256', use: 'sig', e: jwk.e as string, n: jwk.n as string };
  return {
    kid,
    publicJwk,
    publicKey: await importJWK(publicJwk, 'RS256'),
    privateKey: await importJWK({ ...jwk, kty: 'RSA' } as JWK, 'RS256'),
  };
}

/** Stable per address, shaped like Access' subject. */
function subjectOf(email: string): string {
  const hex = createHash('sha256').update(email).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Access also takes a person's token in a header, as `cloudflared access token` gives it to programs. */
function tokenOf(request: IncomingMessage): string | null {
  const header = request.headers['cf-access-token'];
  if (typeof header === 'string' && header !== '') return header;
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookieName && value !== undefined && value !== '') return value;
  }
  return null;
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | null> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > formLimitBytes) return null;
  }
  return new URLSearchParams(text);
}

function redirectTo(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, 'cache-control': 'no-store' });
  response.end();
}

function sendText(response: ServerResponse, status: number, text: string): void {
  send(response, status, 'text/plain; charset=utf-8', `${text}\n`);
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.setHeader('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'");
  send(response, status, 'text/html; charset=utf-8', html);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, {
    'content-type': type,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
