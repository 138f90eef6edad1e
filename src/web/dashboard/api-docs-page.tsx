/** The reference of the API, read off its document: nothing is told here that the document does not say. */
import { exampleOf, Marked, noteOf, plainType, type Schema, ShapeText } from './api-docs-schema.tsx';

interface Parameter {
  readonly $ref?: string;
  readonly name?: string;
  readonly in?: string;
  readonly required?: boolean;
  readonly schema?: Schema;
}
type Content = Readonly<Record<string, { readonly schema?: Schema }>>;
interface Answer {
  readonly $ref?: string;
  readonly description?: string;
  readonly content?: Content;
}
interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
  readonly 'x-roles': readonly string[];
  readonly 'x-phi': boolean;
}
export interface ApiDocument {
  readonly info: { readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answer>>;
    readonly parameters: Readonly<Record<string, Parameter & { readonly description: string }>>;
  };
}
interface Listed {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

const operationsOf = (document: ApiDocument): Map<string, Listed[]> =>
  Map.groupBy(
    Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): Listed => ({ method: method.toUpperCase(), path, operation })),
    ),
    ({ operation }) => operation.tags[0] ?? '',
  );

/** What all of it has in common, and every operation in a line. Whole, it would be a heavy page for somebody who needs one of them. */
export const ApiDocsPage = ({ document, origin }: { document: ApiDocument; origin: string }) => (
  <div class="api-docs">
    <Assets />
    <div class="page-head">
      <h1>API</h1>
      <a href="/api/openapi.json">The document itself (OpenAPI 3.1)</a>
    </div>
    {document.info.description.split('\n\n').map((text) => (
      <p>
        <Marked text={text} />
      </p>
    ))}
    <h2>How a program signs in</h2>
    <p>
      Make a service token in Cloudflare Access and give its client id the roles it needs, under Staff. Send both parts
      of it with every request; Access puts a token of its own in their place. It can do what its roles can, but never
      give a person’s word: it signs and approves nothing, and has no pages.
    </p>
    <Curl lines={curlLines(origin, 'GET', '/api/dialing', [])} />
    <label class="api-filter" hidden>
      Filter
      <input
        class="api-filter-input"
        type="search"
        autocomplete="off"
        data-filter=".operation"
        placeholder="calls, recording, POST…"
      />
    </label>
    {[...operationsOf(document)].map(([tag, operations]) => (
      <section data-filter-group>
        <h2>
          <a href={resourcePath(tag)}>{titleOf(tag)}</a>
        </h2>
        {operations.map((one) => (
          <a class="operation operation-head" href={`${resourcePath(tag)}#${one.operation.operationId}`}>
            <OperationHead {...one} />
          </a>
        ))}
      </section>
    ))}
    <section id="refusals">
      <h2>Refusals</h2>
      <p>
        As <code>application/problem+json</code>. Go by <code>code</code>; a title may change.
      </p>
      <dl class="answers">
        {Object.entries(document.components.responses).map(([status, { description = '' }]) => (
          <div class="answer" id={`refusal-${status}`}>
            <dt>{status}</dt>
            <dd>
              <span>
                <Marked text={description} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <Shapes document={document} names={['Problem']} />
    </section>
  </div>
);

const resourcePath = (tag: string): string => `/api/docs?resource=${tag}`;

/** Null: there is no such resource. */
export function resourcePage(document: ApiDocument, origin: string, resource: string) {
  const operations = operationsOf(document).get(resource);
  if (operations === undefined) return null;
  const title = titleOf(resource);
  const content = (
    <div class="api-docs">
      <Assets />
      <div class="page-head">
        <h1>{title}</h1>
        <a href="/api/docs">The whole API</a>
      </div>
      {operations.map((one) => (
        <OperationView {...one} origin={origin} />
      ))}
      <Shapes document={document} names={shapesIn(document, operations)} />
    </div>
  );
  return { title, content };
}

/** No other page has to carry them. */
const Assets = () => (
  <>
    <link rel="stylesheet" href="/static/api-docs.css" />
    <script src="/static/api-docs.js" defer />
  </>
);

const Shapes = ({ document, names }: { document: ApiDocument; names: readonly string[] }) => (
  <>
    {names.length === 0 ? null : <h2>{names.length === 1 ? 'Its shape' : 'Shapes'}</h2>}
    {names.map((name) => (
      <div id={`shape-${name}`}>
        <h3>{name}</h3>
        <ShapeText schema={document.components.schemas[name] ?? {}} />
      </div>
    ))}
  </>
);

/** By name, those that others lead to among them. */
function shapesIn(document: ApiDocument, operations: readonly Listed[]): string[] {
  const found = new Set<string>();
  const look = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([A-Za-z]+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      look(document.components.schemas[name]);
    }
  };
  look(operations);
  return [...found];
}

/** `reassigned-numbers` → `Reassigned numbers`. */
const titleOf = (tag: string): string => `${tag.charAt(0).toUpperCase()}${tag.slice(1).replaceAll('-', ' ')}`;

const TONES: Readonly<Record<string, string>> = { GET: 'chip-calm', DELETE: 'chip-bad' };
const CHANGES = 'chip-good';

const OperationHead = ({ method, path, operation }: Listed) => (
  <>
    <span class={`chip method ${TONES[method] ?? CHANGES}`}>{method}</span>{' '}
    <code class="operation-path">{breakable(path)}</code> <span class="operation-summary">{operation.summary}</span>
  </>
);

const OperationView = ({ method, path, operation, origin }: Listed & { origin: string }) => {
  const { operationId, parameters = [], requestBody, responses } = operation;
  const named = parameters.filter(({ $ref }) => $ref === undefined);
  const answers = Object.entries(responses).filter(([, { $ref }]) => $ref === undefined);
  const refusals = Object.entries(responses).filter(([, { $ref }]) => $ref !== undefined);
  return (
    <details class="operation" id={operationId} open>
      <summary class="operation-head">
        <OperationHead method={method} path={path} operation={operation} />
      </summary>
      <div class="operation-body">
        <p class="quiet">
          {`For ${operation['x-roles'].join(', ')}.`}
          {operation['x-phi'] ? ' The answer can hold patient data.' : ''}
          {method === 'GET' ? '' : ' Takes an Idempotency-Key.'}
        </p>
        {named.length === 0 ? null : <Parameters parameters={named} />}
        {Object.entries(requestBody?.content ?? {}).map(([type, { schema = {} }]) => (
          <>
            <h2>{`Body, ${type}`}</h2>
            <ShapeText schema={schema} />
          </>
        ))}
        {answers.map(([status, { description = '', content = {} }]) => (
          <>
            <h2>{[`${status} ${description}`, ...Object.keys(content)].join(', ')}</h2>
            {Object.values(content).map(({ schema }) => (schema === undefined ? null : <ShapeText schema={schema} />))}
          </>
        ))}
        <p class="quiet">
          Refusals:{' '}
          {refusals.map(([status]) => (
            <>
              <a href={`/api/docs#refusal-${status}`}>{status}</a>{' '}
            </>
          ))}
        </p>
        <Curl lines={curlLines(origin, method, path, Object.entries(requestBody?.content ?? {}))} />
      </div>
    </details>
  );
};

/** A long path may go on in the next line after any slash. */
const breakable = (path: string) =>
  path.split('/').map((part, i) => (
    <>
      {i === 0 ? '' : '/'}
      {i === 0 ? null : <wbr />}
      {part}
    </>
  ));

const Parameters = ({ parameters }: { parameters: readonly Parameter[] }) => (
  <dl class="answers parameters">
    {parameters.map(({ name = '', in: place, required = false, schema = {} }) => (
      <div class="answer">
        <dt>
          <code>{name}</code>
        </dt>
        <dd>
          {schema.enum === undefined ? plainType(schema) : schema.enum.join(', ')}
          <span class="quiet">
            {[place === 'path' ? 'in the path' : required ? 'needed' : 'may be left out', noteOf(schema)]
              .filter(Boolean)
              .join('. ')}
          </span>
        </dd>
      </div>
    ))}
  </dl>
);

const Curl = ({ lines }: { lines: readonly string[] }) => (
  <pre class="shape curl">
    <code>{lines.join(' \\\n  ')}</code>
  </pre>
);

type Body = readonly [type: string, { readonly schema?: Schema }];

function curlLines(origin: string, method: string, path: string, [body]: readonly Body[]): string[] {
  const [type, { schema = {} }] = body ?? ['', {}];
  return [
    `curl ${method === 'GET' ? '' : `-X ${method} `}${origin}${path}`,
    '-H "CF-Access-Client-Id: $CLIENT_ID"',
    '-H "CF-Access-Client-Secret: $CLIENT_SECRET"',
    ...(method === 'GET' ? [] : ['-H "Idempotency-Key: $(uuidgen)"']),
    ...(type === 'application/json'
      ? ['-H "Content-Type: application/json"', `-d '${JSON.stringify(exampleOf(schema)).replaceAll("'", "'\\''")}'`]
      : []),
    ...(type === 'multipart/form-data' ? formLines(schema) : []),
  ];
}

const formLines = ({ properties = {}, required = [] }: Schema): string[] =>
  required.map((name) =>
    name === 'file' ? '-F file=@list.csv' : `-F '${name}=${String(exampleOf(properties[name] ?? {}))}'`,
  );
