/** Input against its schema; what is wrong becomes 422 with one JSON pointer for each error. Values are never echoed. */
import type * as z from 'zod';
import { type FieldError, Problem } from './errors.ts';
import { plainIssue } from './plain-issue.ts';

export function checkInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input, { error: plainIssue });
  if (result.success) return result.data;
  // One check may fail for several reasons at once; a reader needs to hear it once.
  const errors = new Map(
    result.error.issues
      .flatMap((issue) => fieldErrors(issue, input))
      .map((error) => [`${error.pointer} ${error.code}`, error]),
  );
  throw new Problem(422, 'invalid', { errors: [...errors.values()] });
}

/** For what only the store knows: an id or a questionnaire that does not exist. */
export const invalidField = (pointer: string, code: string, detail: string): Problem =>
  new Problem(422, 'invalid', { errors: [{ pointer, code, detail }] });

function fieldErrors(issue: z.core.$ZodIssue, input: unknown): FieldError[] {
  const pointer = pointerOf(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: `${pointer}${pointerOf([key])}`,
      code: 'unknown_field',
      detail: 'This field is not known.',
    }));
  }
  if (valueAt(input, issue.path) === undefined) {
    return [{ pointer, code: 'missing', detail: 'This field is required.' }];
  }
  const named = issue.code === 'custom' ? issue.params?.['code'] : undefined;
  return [{ pointer, code: typeof named === 'string' ? named : 'invalid', detail: issue.message }];
}

/** RFC 6901. A name that was sent is cut: it may be anything. */
export const pointerOf = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}
