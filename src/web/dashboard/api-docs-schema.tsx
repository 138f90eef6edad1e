/** A JSON Schema as people read it: names, types and what is optional, in the notation that most know. And one example of it. */
import type { Child } from 'hono/jsx';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
}

const shapeOf = ($ref: string): string => $ref.replace(/^.*\//, '');

export const ShapeText = ({ schema }: { schema: Schema }) => (
  <pre class="shape">
    <code>{textOf(schema, '')}</code>
  </pre>
);

function textOf(schema: Schema, indent: string): Child {
  if (schema.$ref !== undefined) {
    const name = shapeOf(schema.$ref);
    return <a href={`#shape-${name}`}>{name}</a>;
  }
  if (schema.anyOf !== undefined)
    return schema.anyOf.map((option, i) => (
      <>
        {i === 0 ? '' : ' | '}
        {textOf(option, indent)}
      </>
    ));
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === 'array') {
    const { items = {} } = schema;
    const isUnion = items.anyOf !== undefined || items.enum !== undefined;
    return (
      <>
        {isUnion ? '(' : ''}
        {textOf(items, indent)}
        {isUnion ? ')[]' : '[]'}
      </>
    );
  }
  if (schema.properties !== undefined) return objectText(schema, indent);
  if (schema.type === 'object') {
    const { additionalProperties: values } = schema;
    return (
      <>
        {'{ [name]: '}
        {typeof values === 'object' ? textOf(values, indent) : 'anything'}
        {' }'}
      </>
    );
  }
  return plainType(schema);
}

function objectText({ properties = {}, required = [] }: Schema, indent: string): Child {
  const deeper = `${indent}  `;
  return (
    <>
      {'{\n'}
      {Object.entries(properties).map(([name, property]) => (
        <>
          {`${deeper}${name}${required.includes(name) ? '' : '?'}: `}
          {textOf(property, deeper)}
          {noteOf(property) === '' ? (
            ''
          ) : (
            <span class="shape-note">{`  // ${noteOf(property).replaceAll('`', '')}`}</span>
          )}
          {'\n'}
        </>
      ))}
      {`${indent}}`}
    </>
  );
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'time',
  date: 'date',
  binary: 'file',
  email: 'e-mail',
};

export function plainType({ type, format = '' }: Schema): string {
  if (type === undefined) return 'anything';
  return typeof type === 'string' ? (FORMATS[format] ?? type) : type.join(' | ');
}

/** Words with `code` in them. */
export const Marked = ({ text }: { text: string }) => (
  <>{text.split('`').map((part, i) => (i % 2 === 0 ? part : <code>{part}</code>))}</>
);

/** In words what the notation does not say. */
export function noteOf({ description = '', minimum, maximum, maxLength, anyOf }: Schema): string {
  const inner = anyOf?.find(({ type }) => type !== 'null');
  if (inner !== undefined && description === '') return noteOf(inner);
  const range = [
    // A count tells by itself that it begins at nothing.
    minimum === undefined || minimum <= 0 ? '' : `from ${minimum}`,
    maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? '' : `to ${maximum}`,
    maxLength === undefined ? '' : `at most ${maxLength} characters`,
  ].filter(Boolean);
  return [description, range.join(' ')].filter(Boolean).join(' ');
}

/** What somebody would send: what is required, and nothing else. */
export function exampleOf(schema: Schema): unknown {
  const { examples, enum: values, anyOf, properties, required = [], type, format } = schema;
  if (examples?.[0] !== undefined) return examples[0];
  if (values !== undefined) return values[0];
  if (schema.const !== undefined) return schema.const;
  if (anyOf !== undefined) return exampleOf(anyOf[0] ?? {});
  if (type === 'array') return [exampleOf(schema.items ?? {})];
  if (properties !== undefined)
    return Object.fromEntries(required.map((name) => [name, exampleOf(properties[name] ?? {})]));
  if (type === 'object') return {};
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return Math.max(schema.minimum ?? 1, 1);
  if (format === 'date-time') return '2026-11-28T15:00:00Z';
  return format === 'date' ? '2026-11-28' : '…';
}
