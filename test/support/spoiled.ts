/**
 * Good input, spoiled: a few edits at random places of a JSON value or of bytes. What is almost right gets deeper into a program than
 * noise does, so both are made.
 */
import fc from 'fast-check';

/** Texts that programs trip over. */
const ODD_TEXTS = [
  ...['', ' ', '\0', '\u2028', '\ufeff', '\ud800', '🏳️‍⚧️', 'é', '‮reversed', '9'.repeat(400), 'x'.repeat(70_000)],
  ...['__proto__', 'constructor', 'toString', 'null', 'undefined', 'NaN', '-1', '1e999', '0x10', '١٢٣'],
  ...[
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' OR 1=1 --",
    '=1+1',
    '{{first_name}}',
    '../../etc',
  ],
  ...['9999-99-99', '0000-00-00', '2030-02-30T25:61:61Z', '+1202555014', '+442079460958', '*9', '#'],
];
const odd = fc.oneof(
  fc.constantFrom<unknown>(...ODD_TEXTS, null, true, false, 0, -0, -1, 1.5, 2 ** 53, -(2 ** 63), 1e308, [], {}, [[[]]]),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

type Edit = {
  readonly at: number;
  readonly how: 'replace' | 'remove' | 'add' | 'double' | 'swap';
  readonly with: unknown;
};
const edits = fc.array(
  fc.record({
    at: fc.nat(10_000),
    how: fc.constantFrom<Edit['how']>('replace', 'replace', 'remove', 'add', 'double', 'swap'),
    with: odd,
  }),
  { minLength: 1, maxLength: 5 },
);

/** JSON like one of `good`, or nothing like it. */
export const spoiledJson = (...good: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 1, arbitrary: odd },
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.constantFrom(...good), edits)
        .map(([value, list]) => list.reduce(edited, JSON.parse(JSON.stringify(value)) as unknown)),
    },
  );

function edited(root: unknown, { at, how, with: shared }: Edit): unknown {
  // A later edit may reach into it.
  const other = structuredClone(shared);
  const places = placesIn(root);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return other;
  const { holder, key } = place;
  const box = holder as Record<string, unknown>;
  if (how === 'replace') box[key] = other;
  else if (how === 'remove') Array.isArray(holder) ? holder.splice(Number(key), 1) : delete box[key];
  else if (how === 'double' && Array.isArray(holder)) holder.push(structuredClone(holder[Number(key)]));
  else if (how === 'swap') box[key] = structuredClone(places[(at * 7) % places.length]?.value ?? null);
  else if (Array.isArray(holder)) holder.push(other);
  // As JSON.parse would make it: a field of that name, and not the prototype.
  else
    Object.defineProperty(holder, String(ODD_TEXTS[at % ODD_TEXTS.length]), {
      value: other,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return root;
}

interface Place {
  readonly holder: object;
  readonly key: string;
  readonly value: unknown;
}
function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [{ holder: value, key, value: inner }, ...placesIn(inner)]);
}

/** Bytes like one of `good`, or noise. */
export const spoiledBytes = (...good: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 3000 }) },
    {
      weight: 9,
      arbitrary: fc
        .tuple(
          fc.constantFrom(...good),
          fc.array(
            fc.record({
              at: fc.nat(1_000_000),
              remove: fc.constantFrom(0, 0, 1, 4, 100, 5000),
              insert: fc.oneof(
                fc.uint8Array({ maxLength: 12 }),
                fc.constantFrom(...['"', '\n', '\r', ',', '\0', '\ufeff', '=', '\xff\xff\xff\xff'].map(bytesOf)),
              ),
            }),
            { minLength: 1, maxLength: 6 },
          ),
        )
        .map(([bytes, list]) =>
          list.reduce((all, { at, remove, insert }) => {
            const place = at % (all.length + 1);
            return Uint8Array.from([...all.subarray(0, place), ...insert, ...all.subarray(place + remove)]);
          }, bytes),
        ),
    },
  );

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
