/** One thing in full, or in words what was done to it. With --json either is the answer of the service as it came. */
import type { Context } from './context.ts';

/** Lists within it come after it, each as a table. */
export function printRecord({ print }: Pick<Context, 'print'>, value: object): undefined {
  if (print.isJson) {
    print.json(value);
    return;
  }
  print.record(Object.fromEntries(Object.entries(value).filter(([, part]) => !isTable(part))));
  for (const [name, part] of Object.entries(value)) {
    if (!isTable(part)) continue;
    print.line();
    print.line(print.bold(name.replaceAll('_', ' ')));
    const names = [...new Set(part.flatMap((row) => Object.keys(row)))];
    print.table(
      names.map((column) => [column.toUpperCase().replaceAll('_', ' '), column] as const),
      part,
    );
  }
}

const isTable = (value: unknown): value is object[] =>
  Array.isArray(value) && value.length > 0 && value.every((row) => typeof row === 'object' && row !== null);

/** `next`: the command that goes on from here. */
export function printDone({ print }: Pick<Context, 'print'>, value: object, words: string, next?: string): undefined {
  if (print.isJson) {
    print.json(value);
    return;
  }
  print.line(words);
  if (next !== undefined) print.line(print.dim(`Next: ${next}`));
}
