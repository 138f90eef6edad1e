/**
 * The document of the API (OpenAPI 3.1), made of the route table: what a route checks its input with, what it says it answers, who may
 * use it. Nothing is written twice, so nothing can differ; `test/web/api-contract.test.ts` holds every answer to it.
 */
import * as z from 'zod';
import {
  createDocument,
  type ZodOpenApiContentObject,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiOverride,
} from 'zod-openapi';
import { PROBLEM_TITLES, type ProblemStatus } from './errors.ts';
import type { Route, RouteSpec } from './route.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/** A refusal, with the code to go by. */
const problem = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable, for programs.' }),
    request_id: z.string().meta({ description: 'Stands in the log of the service too.' }),
    detail: z.string().meta({ description: 'What is wrong and what to do about it, for people.' }),
    decision_id: z.string().optional().meta({ description: 'Of a call that was refused: the stored decision.' }),
    errors: z
      .array(
        z.strictObject({
          pointer: z.string().meta({ description: 'JSON pointer into the body, or `/name` of a parameter.' }),
          code: z.string(),
          detail: z.string(),
        }),
      )
      .optional(),
  })
  .meta({ id: 'Problem' });

const REFUSALS = {
  400: 'The body cannot be read, or the Idempotency-Key is none.',
  401: 'No token of Cloudflare Access, or one that does not hold.',
  403: 'The role does not include this, nobody gave a role, or the request came from another site.',
  404: 'There is none with this id, or it is not ready yet.',
  409: 'Not in this state, the gate says no (`code` names its step), or the first request with this Idempotency-Key still runs.',
  413: 'The body is too long.',
  415: 'The body is of another type.',
  416: 'The recording has no such range.',
  422: 'Something in it is wrong: `errors` says what, or the Idempotency-Key came with another request before.',
  429: 'Too many requests; try again after Retry-After.',
  503: 'Something this needs does not answer. Nothing was changed; try again.',
} as const satisfies Partial<Record<ProblemStatus, string>>;
type Refusal = keyof typeof REFUSALS;

export const operationIdOf = ({ method, path }: RouteSpec): string =>
  path
    .split('/')
    .slice(2)
    .flatMap((part) => part.replace(/^:/, 'by-').split(/[^a-z0-9]+/))
    .reduce((id, word) => id + word.charAt(0).toUpperCase() + word.slice(1), method.toLowerCase());

export const documentPath = (path: string): string => path.replaceAll(/:([a-z_]+)/g, '{$1}');

const isApi = ({ path }: RouteSpec): boolean => path.startsWith('/api/');

export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const route of routes.filter(isApi)) {
    const path = documentPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return createDocument({ ...HEAD, paths }, { override });
}

const retryAfter = { description: 'Seconds.', schema: { type: 'integer' as const, minimum: 1 } };
const replayed = {
  description: 'There when it is the first answer again.',
  schema: { type: 'string' as const, enum: ['true'] },
};
const ANSWER_TITLES: Readonly<Record<string, string>> = {
  200: 'OK',
  201: 'Made',
  202: 'Taken on; it is not done yet',
  204: 'Done; there is nothing to say',
  206: 'Part of it',
};

/** Made at the first question: a start of the worker does not wait for it. */
export function documentOf(routes: () => readonly Route[]): () => OpenApiDocument {
  let document: OpenApiDocument | undefined;
  return () => {
    document ??= openApiDocument(routes());
    return document;
  };
}

const HEAD = {
  openapi: '3.1.0',
  info: {
    title: 'Patient intake',
    version: '1.0.0',
    description: [
      'Calls, patients, campaigns and everything else the dashboard can do.',
      'Times are ISO 8601 in UTC, telephone numbers +E.164. Fields are added, never renamed.',
      'A list answers `items` and `next_cursor`, which is sent back as `cursor` for the next page.',
      'An unsafe request may carry an `Idempotency-Key`: sent again with the same key within 24 hours it is answered as the first time and does nothing again.',
    ].join('\n\n'),
  },
  servers: [{ url: '/' }],
  security: [{ access: [] }],
  components: {
    schemas: { Problem: problem },
    responses: Object.fromEntries(
      Object.entries(REFUSALS).map(([status, description]) => [
        status,
        {
          description: `${PROBLEM_TITLES[Number(status) as Refusal]}. ${description}`,
          content: { 'application/problem+json': { schema: problem } },
          ...(status === '429' || status === '503' ? { headers: { 'Retry-After': retryAfter } } : {}),
        },
      ]),
    ),
    parameters: {
      IdempotencyKey: {
        ...{ name: 'Idempotency-Key', in: 'header', required: false },
        description: 'Chosen by the caller, best a UUID: the same for every try of one request, another for the next.',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
      },
    },
    securitySchemes: {
      access: {
        ...{ type: 'apiKey', in: 'header', name: 'Cf-Access-Jwt-Assertion' },
        description:
          'The token of Cloudflare Access. Access puts it there: for people after they signed in, for programs that send CF-Access-Client-Id and CF-Access-Client-Secret of a service token.',
      },
    },
  },
} satisfies Omit<ZodOpenApiObject, 'paths'>;

function operation(route: Route): ZodOpenApiOperationObject {
  const { summary = '', roles, phi, needsPerson, params, query } = route;
  const isUnsafe = route.method !== 'GET';
  const content = bodyOf(route);
  return {
    operationId: operationIdOf(route),
    summary,
    description: `Roles: ${roles.join(', ')}.${phi ? ' The answer can hold patient data.' : ''}${needsPerson === true ? ' For people: no service token can do it.' : ''}`,
    tags: [tagOf(route.path)],
    'x-roles': [...roles],
    'x-phi': phi,
    requestParams: {
      ...(params === undefined ? {} : { path: params as z.ZodObject }),
      ...(query === undefined ? {} : { query: query as z.ZodObject }),
    },
    ...(isUnsafe ? { parameters: [{ $ref: '#/components/parameters/IdempotencyKey' }] } : {}),
    ...(content === null ? {} : { requestBody: { required: true, content } }),
    responses: { ...answersOf(route), ...refusalsOf(route, content !== null) },
  };
}

/** By resource; what tells of the API itself goes together. */
const tagOf = (path: string): string => {
  const [, , resource = ''] = path.split('/');
  return resource === 'openapi.json' || resource === 'docs' ? 'reference' : resource;
};

const FILE = { type: 'string', format: 'binary' } as const;

function bodyOf({ body, reads }: Route): ZodOpenApiContentObject | null {
  const json = body ?? reads?.json;
  // A field that is checked by its bytes; as a schema it is only told of.
  const form = (reads?.form as z.ZodObject | undefined)?.safeExtend({ file: z.unknown().meta({ override: FILE }) });
  if (json === undefined && form === undefined) return null;
  return {
    ...(json === undefined ? {} : { 'application/json': { schema: json } }),
    ...(form === undefined ? {} : { 'multipart/form-data': { schema: form } }),
  };
}

function answersOf({ answers = {}, types = [], method }: Route): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => {
      const content = {
        ...(schema === null ? {} : { 'application/json': { schema } }),
        ...Object.fromEntries(types.map((type) => [type.replace(/;.*/, ''), {}])),
      };
      const headers = {
        ...(status === '201' ? { Location: { schema: { type: 'string' as const } } } : {}),
        ...(method === 'GET' ? {} : { 'Idempotent-Replayed': replayed }),
      };
      return [
        status,
        {
          description: ANSWER_TITLES[status] ?? 'Done',
          ...(Object.keys(headers).length === 0 ? {} : { headers }),
          ...(Object.keys(content).length === 0 ? {} : { content }),
        },
      ];
    }),
  );
}

/** What follows from the rest of a route: who asks, what is looked up, what is read. */
function refusalsOf(route: Route, hasBody: boolean): ZodOpenApiOperationObject['responses'] {
  const isUnsafe = route.method !== 'GET';
  const statuses: readonly (Refusal | false)[] = [
    ...([401, 403, 429, 503] as const),
    route.params !== undefined && 404,
    ...(isUnsafe ? ([400, 409, 422] as const) : [route.query !== undefined && (422 as const)]),
    ...(hasBody ? ([413, 415] as const) : []),
    ...((route.refusals ?? []) as readonly Refusal[]),
  ];
  const known = new Set(statuses.filter((status) => status !== false));
  return Object.fromEntries([...known].sort().map((status) => [status, { $ref: `#/components/responses/${status}` }]));
}

/** The pattern of a date says nothing that its format does not, in hundreds of characters. */
const override: ZodOpenApiOverride = ({ jsonSchema }) => {
  if (jsonSchema.format !== undefined && jsonSchema.format !== 'binary') delete jsonSchema.pattern;
  delete jsonSchema.readOnly;
};
