/**
 * What this installation consists of and where data flows (FG-4, LG-09), as one document made from wrangler.toml, env.ts, schema.ts, log.ts
 * and the table of roles. What each thing is for is said where it is declared, in the comment above it; without one, nothing is made.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { unstable_readConfig } from 'wrangler';
import { FIELD_ACCESS } from '../../src/web/field-access.ts';
import { SETTINGS } from '../../src/web/settings-table.ts';
import { logSinks } from './log-sinks.ts';
import { filesThatAsk, OUTBOUND_HOSTS } from './outbound-hosts.ts';

export interface Sources {
  /** A path in the repository to what stands there. */
  readonly read: (file: string) => string;
  readonly bindings: readonly Binding[];
  readonly askers: readonly string[];
}
export interface Binding {
  readonly name: string;
  readonly kind: string;
  readonly resource: string;
}

export function sourcesOf(root: string): Sources {
  const config = unstable_readConfig({ config: path.join(root, 'wrangler.toml'), env: 'production' });
  return {
    read: (file) => readFileSync(path.join(root, file), 'utf8'),
    bindings: bindingsOf(config),
    askers: filesThatAsk(root),
  };
}

/** Whatever of a configuration has a name that the worker calls it by, of whichever kind. */
export function bindingsOf(config: object): Binding[] {
  const found: Binding[] = [];
  const walk = (value: unknown, kind: string): void => {
    if (Array.isArray(value)) for (const each of value) walk(each, kind);
    else if (typeof value === 'object' && value !== null) {
      const entry = value as Record<string, unknown>;
      const named = NAMED_BY_NAME.has(kind) ? entry['name'] : undefined;
      const name = entry['binding'] ?? named;
      if (typeof name === 'string' && /^[A-Z][A-Z0-9_]*$/.test(name))
        found.push({ name, kind, resource: resourceOf(entry) });
      else for (const [key, inner] of Object.entries(entry)) walk(inner, kind === '' ? key : kind);
    }
  };
  for (const [key, value] of Object.entries(config)) if (!NOT_BINDINGS.has(key)) walk(value, key);
  return found.toSorted((a, b) => a.name.localeCompare(b.name));
}
const NAMED_BY_NAME = new Set(['durable_objects', 'ratelimits', 'unsafe', 'send_email', 'workflows']);
const NOT_BINDINGS = new Set(['env', 'vars', 'migrations', 'define', 'alias', 'rules', 'build', 'dev']);
const RESOURCE = ['class_name', 'database_name', 'bucket_name', 'queue', 'dataset', 'directory', 'namespace_id', 'id'];
const resourceOf = (entry: Record<string, unknown>): string =>
  (RESOURCE.map((key) => entry[key]).find((value) => typeof value === 'string') as string | undefined) ?? '';

/** Throws, naming it, on what nobody has said anything about. */
export function writeInventory({ read, bindings, askers }: Sources): string {
  const listed = OUTBOUND_HOSTS.flatMap(({ files }) => files);
  for (const file of askers)
    if (!listed.includes(file)) throw new Error(`${file} asks a host that outbound-hosts.ts does not list`);
  for (const file of listed)
    if (!askers.includes(file)) throw new Error(`${file} asks nobody any more: see outbound-hosts.ts`);
  const env = read('src/env.ts');
  const known = [
    ...(/export interface Env [^{]*\{([\s\S]*?)\n\}/.exec(env)?.[1] ?? '').matchAll(/readonly ([A-Z_0-9]+)\??:/g),
  ].map(([, name]) => name ?? '');
  for (const { name } of bindings)
    if (!known.includes(name)) throw new Error(`${name} is bound, and env.ts does not know it`);
  for (const name of known)
    if (!bindings.some((each) => each.name === name)) throw new Error(`${name} is in env.ts, and not bound`);
  return [
    '# Inventory',
    'Made by `npm run inventory` from the configuration and the source, and never by hand; a test fails while it is not up to date.',
    'How data flows: people → Access → the worker; Telnyx → `/webhooks/telnyx`, signed → the worker; the worker → the bindings and the hosts below, and nobody else. Browsers ask nobody but the worker (its Content-Security-Policy).',
    ...section(
      'Bindings',
      ['name', 'kind', 'resource', 'what it is and holds'],
      bindings.map(({ name, kind, resource }) => [
        `\`${name}\``,
        kind.replaceAll('_', ' '),
        resource,
        describe(name, kind, resource, read),
      ]),
    ),
    ...section(
      'Hosts asked',
      ['host', 'variable', 'what it is told', 'agreement', 'asked by'],
      OUTBOUND_HOSTS.map(({ host, variable, files, told, agreement }) => [
        host,
        variable === null ? '' : `\`${variable}\``,
        told,
        agreement,
        files.map((file) => `\`${file}\``).join(', '),
      ]),
    ),
    ...section('Folders of the bucket', ['prefix', 'written by'], prefixesOf(read)),
    ...section(
      'Tables',
      ['table', 'sealed columns', 'what it holds, and how long'],
      tablesOf(read('src/store/schema.ts')),
    ),
    ...section(
      'Variables',
      ['name', 'secret', 'meaning'],
      Object.entries(SETTINGS).map(([name, { show, meaning }]) => [
        `\`${name}\``,
        show === undefined ? 'yes' : '',
        meaning,
      ]),
    ),
    ...section('Where anything is logged', ['sink', 'fields', 'kept', 'read by'], logSinks(read, bindings)),
    ...section('People', ['role', 'sees', 'sees masked'], rolesTable()),
  ].join('\n');
}

function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) throw new Error(`nothing was found for "${title}"`);
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim()).join(' | ')} |`;
  return ['', `## ${title}`, '', line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** The comment above it in env.ts; of a class, the header of its file; of a queue, the comment above its message. */
function describe(name: string, kind: string, resource: string, read: Sources['read']): string {
  const env = read('src/env.ts');
  const own = new RegExp(`/\\*\\*([^*]|\\*(?!/))*\\*/\\s*readonly ${name}\\??:`).exec(env)?.[0];
  if (own !== undefined) return plain(own);
  if (kind === 'durable_objects') return headerOf(fileOfClass(resource), read);
  const message = new RegExp(`readonly ${name}: Queue<(\\w+)>`).exec(env)?.[1];
  const above =
    message === undefined
      ? undefined
      : new RegExp(`/\\*\\*([^*]|\\*(?!/))*\\*/\\s*export interface ${message}\\b`).exec(env)?.[0];
  if (above !== undefined) return plain(above);
  const known = COMMON[kind];
  if (known === undefined) throw new Error(`env.ts has no comment above ${name} that says what it is for`);
  return known;
}
const COMMON: Readonly<Record<string, string>> = {
  d1_databases: 'The tables below. Patient data stands in sealed columns and keyed hashes only.',
  r2_buckets: 'The folders below, each object under the key of its patient or its own.',
  assets: 'Style sheets, scripts and icons of the pages. No data.',
};

const root = path.resolve(import.meta.dirname, '../..');
function fileOfClass(name: string): string {
  const file = globSync('src/**/*.ts', { cwd: root }).find((each) =>
    readFileSync(path.join(root, each), 'utf8').includes(`export class ${name} `),
  );
  if (file === undefined) throw new Error(`no file has the class ${name}`);
  return file;
}
const headerOf = (file: string, read: Sources['read']): string =>
  plain(/\/\*\*[\s\S]*?\*\//.exec(read(file))?.[0] ?? '');
/** A comment without its marks and what stands behind it. */
const plain = (comment: string): string =>
  (/\/\*\*([\s\S]*?)\*\//.exec(comment)?.[1] ?? '')
    .replace(/^\s*\*\s?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();

export function tablesOf(schema: string): string[][] {
  return schema
    .split(/^(?=\/\*\*[^\n]*|export const \w+ = sqliteTable)/m)
    .join('\n')
    .split(/\n(?=\/\*\*)/)
    .flatMap((part) => {
      const table = /sqliteTable\(\s*'(\w+)'/.exec(part)?.[1];
      if (table === undefined) return [];
      const comment = plain(part);
      if (!part.startsWith('/**') || comment === '') throw new Error(`schema.ts does not say what ${table} holds`);
      const sealed = [...part.matchAll(/^\s+(\w*[sS]ealed): text\((?:'(\w+)')?/gm)].map(
        ([, key, column]) => `\`${column ?? key}\``,
      );
      return [[`\`${table}\``, sealed.join(', '), comment]];
    });
}

/** Wherever a key of an object begins, as a constant or in place. */
function prefixesOf(read: Sources['read']): string[][] {
  const files = globSync('src/{store,outbox,web,session,dialer}/**/*.ts', { cwd: root }).toSorted();
  const rows = files.flatMap((file) => {
    const text = read(file).replace(/\/\*\*[\s\S]*?\*\//g, '');
    const found = [...text.matchAll(/['`]([a-z]+\/)(?:'|\$\{)/g)].map(([, prefix]) => prefix ?? '');
    return [...new Set(found)]
      .filter(() => /bucket|BUCKET/.test(text))
      .map((prefix) => [`\`${prefix}\``, `\`${file}\``] as const);
  });
  const byPrefix = Map.groupBy(rows, ([prefix]) => prefix);
  return [...byPrefix].map(([prefix, each]) => [prefix, each.map(([, file]) => file).join(', ')]).toSorted();
}

function rolesTable(): string[][] {
  const fields = Object.entries(FIELD_ACCESS);
  const roles = Object.keys(FIELD_ACCESS.patient_name) as (keyof typeof FIELD_ACCESS.patient_name)[];
  const seeing = (role: (typeof roles)[number], access: string) =>
    fields
      .filter(([, given]) => given[role] === access)
      .map(([name]) => name.replaceAll('_', ' '))
      .join(', ');
  return roles.map((role) => [role, seeing(role, 'full'), seeing(role, 'masked')]);
}
