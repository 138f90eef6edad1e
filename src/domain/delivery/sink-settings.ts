/**
 * What each system that gets the notes is set to, from the variables; null: it is not set up. Half a setting is named and never guessed:
 * nothing of a patient leaves unsigned or without a key. Pure.
 */
import type { SinkName } from './sinks.ts';

export type SinkVariable =
  | `SINK_BACKEND_${'URL' | 'KEY' | 'SECRET'}`
  | `FHIR_${'BASE' | 'TOKEN' | 'TOKEN_URL' | 'CLIENT_ID' | 'CLIENT_SECRET' | 'SCOPE'}`
  | 'SINK_R2'
  | `SINK_ALERT_${'URL' | 'SECRET'}`;

/** One that posts JSON signed as Standard Webhooks has it. */
export interface WebhookSettings {
  readonly url: string;
  /** Sent as Bearer; empty: none is. */
  readonly key: string;
  /** `whsec_…`: what each message is signed with. */
  readonly secret: string;
}
export interface FhirSettings {
  /** Without a slash at its end. */
  readonly base: string;
  readonly access: FhirAccess;
}
export type FhirAccess =
  /** Only on this machine. */
  | { readonly kind: 'open' }
  | { readonly kind: 'token'; readonly token: string }
  | ({ readonly kind: 'client' } & ClientSettings);
/** OAuth 2, client credentials. */
export interface ClientSettings {
  readonly tokenUrl: string;
  readonly id: string;
  readonly secret: string;
  /** Empty: what the server gives by itself. */
  readonly scope: string;
}

export interface SinkSettings extends Readonly<Record<SinkName, object | null>> {
  readonly backend: WebhookSettings | null;
  readonly fhir: FhirSettings | null;
  readonly r2: Readonly<Record<never, never>> | null;
  readonly alert: WebhookSettings | null;
}

/** The variables as whoever parses them all reads them. */
export interface SinkVariables {
  /** Without spaces around it; empty: not given. */
  readonly text: (name: SinkVariable) => string;
  /** An address that a key may be sent to. Null: not given, or bad, and said so. */
  readonly address: (name: SinkVariable) => { readonly href: string; readonly isLoopback: boolean } | null;
  readonly bad: (name: SinkVariable) => void;
  readonly missing: (name: SinkVariable) => void;
}

export const parseSinks = (variables: SinkVariables): SinkSettings => ({
  backend: parseWebhook(variables, 'SINK_BACKEND_URL', 'SINK_BACKEND_SECRET', 'SINK_BACKEND_KEY'),
  fhir: parseFhir(variables),
  r2: parseSwitch(variables, 'SINK_R2'),
  alert: parseWebhook(variables, 'SINK_ALERT_URL', 'SINK_ALERT_SECRET', null),
});

function parseWebhook(
  { text, address, bad, missing }: SinkVariables,
  urlName: SinkVariable,
  secretName: SinkVariable,
  keyName: SinkVariable | null,
): WebhookSettings | null {
  const url = address(urlName);
  const [secret, key] = [text(secretName), keyName === null ? '' : text(keyName)];
  if (url !== null && secret === '') missing(secretName);
  if (secret !== '' && !isSigningSecret(secret)) bad(secretName);
  if (keyName !== null && !isHeaderText(key)) bad(keyName);
  return url === null ? null : { url: url.href, key, secret };
}

function parseFhir({ text, address, bad, missing }: SinkVariables): FhirSettings | null {
  const base = address('FHIR_BASE');
  const tokenUrl = address('FHIR_TOKEN_URL');
  const [token, id, secret] = [text('FHIR_TOKEN'), text('FHIR_CLIENT_ID'), text('FHIR_CLIENT_SECRET')];
  const scope = text('FHIR_SCOPE');
  if (!isHeaderText(token)) bad('FHIR_TOKEN');
  // As RFC 6749 has a scope.
  if (!/^[\x21\x23-\x5b\x5d-\x7e ]*$/.test(scope)) bad('FHIR_SCOPE');
  if (base === null) return null;
  const plain = { base: base.href.replace(/\/+$/, '') };
  if (text('FHIR_TOKEN_URL') !== '') {
    // Two ways in, and nobody said which.
    if (token !== '') bad('FHIR_TOKEN');
    if (id === '') missing('FHIR_CLIENT_ID');
    if (secret === '') missing('FHIR_CLIENT_SECRET');
    return { ...plain, access: { kind: 'client', tokenUrl: tokenUrl?.href ?? '', id, secret, scope } };
  }
  if (id !== '' || secret !== '') missing('FHIR_TOKEN_URL');
  else if (token === '' && !base.isLoopback) missing('FHIR_TOKEN');
  return { ...plain, access: token === '' ? { kind: 'open' } : { kind: 'token', token } };
}

function parseSwitch({ text, bad }: SinkVariables, name: SinkVariable): Readonly<Record<never, never>> | null {
  if (!/^(on|off)?$/.test(text(name))) bad(name);
  return text(name) === 'on' ? {} : null;
}

const isHeaderText = (text: string): boolean => /^[\x21-\x7e]*$/.test(text);

/** As Standard Webhooks has it: 24 to 64 bytes in base64. */
export function isSigningSecret(text: string): boolean {
  const [, base64 = ''] = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(text) ?? [];
  const bytes = Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
  return bytes >= 24 && bytes <= 64;
}
