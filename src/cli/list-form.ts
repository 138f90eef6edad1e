/** A file on its way up, and what stands beside it in the form. */
import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Json } from './api-client.ts';
import { usageError } from './exit-codes.ts';

export type Pairs = Readonly<Record<string, string>>;

/** `name=value`, given again for each. */
export const pair = (text: string, before: Pairs = {}): Pairs => {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Write name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
};

/** Header → field; nothing behind the = leaves the column out. */
export const mappingOf = (map: Pairs | undefined): Record<string, string | null> | undefined =>
  map && Object.fromEntries(Object.entries(map).map(([header, field]) => [header, field === '' ? null : field]));

/** Objects of a form are JSON. The file is read as it is sent. */
export async function formOf(file: string, fields: Json): Promise<FormData> {
  const blob = await blobOf(file);
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    form.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  form.set('file', blob, path.basename(file));
  return form;
}

async function blobOf(file: string): Promise<Blob> {
  try {
    return (await openAsBlob(file)) as unknown as Blob;
  } catch (error) {
    throw usageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}
