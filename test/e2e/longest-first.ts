/**
 * The order of the files. Of a clone that has never run them Vitest knows only how large they are, which says nothing of how long they wait;
 * a long one that begins last leaves a core idle to its end.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const LONGEST = [
  'every-page',
  'start-once',
  'restore',
  'campaign-pages',
  'recordings',
  'canary',
  'dashboard',
  'cli',
  'review',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => placeOf(a) - placeOf(b));
  }
}

function placeOf({ moduleId }: TestSpecification): number {
  const place = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
  return place === -1 ? LONGEST.length : place;
}
