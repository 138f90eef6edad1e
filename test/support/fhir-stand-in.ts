/**
 * A FHIR R4 server in memory, as the clinic would have one, with the token service before it: transactions that are all or nothing, updates
 * by id and by identifier, references that must lead somewhere, and a version for each change. What it refuses it explains at length, with
 * the words of the patient, as servers do.
 */
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const FHIR_TYPE = 'application/fhir+json';

type Json = Record<string, unknown>;
interface Resource extends Json {
  readonly resourceType: string;
  readonly id?: string;
}
interface Stored {
  readonly version: number;
  readonly resource: Resource;
}
interface Entry {
  readonly fullUrl?: string;
  readonly resource?: Resource;
  readonly request?: { readonly method?: string; readonly url?: string };
}

export interface FhirClient {
  readonly id: string;
  readonly secret: string;
  readonly scope?: string;
  readonly expiresIn?: number;
}
export interface FhirStandIn {
  readonly base: string;
  readonly tokenUrl: string;
  readonly handle: (request: Request) => Promise<Response>;
  /** `Type/id` to what is stored. */
  readonly resources: ReadonlyMap<string, Stored>;
  /** All there is, with its versions: the same text, and nothing has changed. */
  readonly state: () => string;
  readonly tokensGiven: () => number;
  readonly revokeTokens: () => void;
}

class Refused extends Error {
  readonly status: number;
  constructor(status: number, words: string) {
    super(words);
    this.status = status;
  }
}

export interface FhirStandInOptions {
  readonly base?: string;
  readonly tokenUrl?: string;
  /** Whom the token service knows. With neither, everybody is let in. */
  readonly client?: FhirClient;
  /** One that never changes. */
  readonly token?: string;
  /** Given before this server began, with their ends. */
  readonly tokens?: Map<string, number>;
}

export function fhirStandIn(options: FhirStandInOptions = {}): FhirStandIn {
  const { base = 'https://fhir.example/r4', tokenUrl = 'https://login.example/token' } = options;
  const { client, token, tokens = new Map<string, number>() } = options;
  const resources = new Map<string, Stored>();
  let given = 0;

  const giveToken = async (request: Request): Promise<Response> => {
    const form = new URLSearchParams(await request.text());
    const unform = (text: string) => new URLSearchParams(`x=${text}`).get('x');
    const [id, secret] = atob((request.headers.get('Authorization') ?? '').replace('Basic ', ''))
      .split(':')
      .map(unform);
    if (form.get('grant_type') !== 'client_credentials')
      return Response.json({ error: 'unsupported_grant_type' }, { status: 400 });
    if (id !== client?.id || secret !== client?.secret)
      return Response.json({ error: 'invalid_client' }, { status: 401 });
    if ((form.get('scope') ?? '') !== (client?.scope ?? ''))
      return Response.json({ error: 'invalid_scope' }, { status: 400 });
    given += 1;
    const expiresIn = client?.expiresIn ?? 3600;
    const value = `canary-token-${crypto.randomUUID()}`;
    tokens.set(value, Date.now() + expiresIn * 1000);
    return Response.json({ access_token: value, token_type: 'Bearer', expires_in: expiresIn });
  };

  const letIn = (request: Request): boolean => {
    const value = /^Bearer (.+)$/.exec(request.headers.get('Authorization') ?? '')?.[1] ?? '';
    if (token === undefined && client === undefined) return true;
    return value === token || (tokens.get(value) ?? 0) > Date.now();
  };

  const handle = async (request: Request): Promise<Response> => {
    if (request.url === tokenUrl) return giveToken(request);
    if (!request.url.startsWith(base)) return new Response(null, { status: 404 });
    const path = request.url.slice(base.length);
    try {
      if (!letIn(request)) throw new Refused(401, 'not let in');
      if (path === '/metadata') return answer(200, { resourceType: 'CapabilityStatement', fhirVersion: '4.0.1' });
      if (request.method === 'GET') {
        const stored = resources.get(path.slice(1));
        if (stored === undefined) throw new Refused(404, 'not here');
        return answer(200, stored.resource);
      }
      if (path !== '' || request.method !== 'POST') throw new Refused(405, 'a transaction goes to the base');
      if (request.headers.get('Content-Type') !== FHIR_TYPE) throw new Refused(415, 'not FHIR');
      return answer(200, transaction(resources, (await request.json()) as Json));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const issue = [{ severity: 'error', code: 'processing', diagnostics: `Canarybody: ${error.message}` }];
      return answer(error.status, { resourceType: 'OperationOutcome', issue });
    }
  };

  return {
    ...{ base, tokenUrl, handle, resources },
    state: () => canonical([...resources].toSorted(([a], [b]) => a.localeCompare(b))),
    tokensGiven: () => given,
    revokeTokens: () => tokens.clear(),
  };
}

const answer = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': FHIR_TYPE } });

/** All of it or nothing. */
function transaction(resources: Map<string, Stored>, bundle: Json): object {
  if (bundle['resourceType'] !== 'Bundle' || bundle['type'] !== 'transaction') throw new Refused(400, 'no transaction');
  const planned = ((bundle['entry'] ?? []) as Entry[]).map((entry) => ({ entry, key: targetOf(resources, entry) }));
  const keys = new Set(planned.map(({ key }) => key));
  if (keys.size !== planned.length) throw new Refused(400, 'two entries for one resource');
  const names = new Map(planned.map(({ entry: { fullUrl = '' }, key }) => [fullUrl, key]));
  const leadsSomewhere = (to: string) => keys.has(to) || resources.has(to) || /^(https?:|#)/.test(to);
  const changes = planned.map(({ entry, key }) => {
    const resource = withReferences(entry.resource, names, leadsSomewhere) as Resource;
    return { key, resource: { ...resource, id: key.split('/')[1] ?? '' } };
  });
  const responses = changes.map(({ key, resource }) => {
    const before = resources.get(key);
    const isSame = before !== undefined && canonical(before.resource) === canonical(resource);
    const version = isSame ? before.version : (before?.version ?? 0) + 1;
    resources.set(key, { version, resource });
    const location = `${key}/_history/${version}`;
    return { response: { status: before === undefined ? '201 Created' : '200 OK', location, etag: `W/"${version}"` } };
  });
  return { resourceType: 'Bundle', type: 'transaction-response', entry: responses };
}

/** `Type/id` of what an entry puts: by its id, or by an identifier that at most one has. */
function targetOf(resources: Map<string, Stored>, { resource, request }: Entry): string {
  const { method = '', url = '' } = request ?? {};
  if (method !== 'PUT' || resource === undefined) throw new Refused(400, `${method} is no update of a resource`);
  const [path = '', query] = url.split('?');
  const [type = '', id = ''] = path.split('/');
  if (resource.resourceType !== type) throw new Refused(400, `${resource.resourceType} is no ${type}`);
  if (query === undefined) {
    if (!ID.test(id) || resource.id !== id)
      throw new Refused(400, `not the id of the resource: ${JSON.stringify(resource)}`);
    return path;
  }
  const [system, value] = (new URLSearchParams(query).get('identifier') ?? '').split('|');
  const found = [...resources].filter(([key, stored]) => {
    const identifiers = (stored.resource['identifier'] ?? []) as Json[];
    return (
      key.startsWith(`${type}/`) && identifiers.some((each) => each['system'] === system && each['value'] === value)
    );
  });
  if (value === undefined || found.length > 1) throw new Refused(412, 'not one');
  return found[0]?.[0] ?? `${type}/${resource.id ?? crypto.randomUUID()}`;
}

/** With the names of this transaction's entries for what they are stored as. */
function withReferences(value: unknown, names: ReadonlyMap<string, string>, leads: (to: string) => boolean): unknown {
  if (Array.isArray(value)) return value.map((each) => withReferences(each, names, leads));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (name !== 'reference' || typeof part !== 'string') return [name, withReferences(part, names, leads)];
      const to = names.get(part) ?? part;
      if (!leads(to)) throw new Refused(422, `${part} leads nowhere`);
      return [name, to];
    }),
  );
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => a.localeCompare(b)))
      : part,
  );
