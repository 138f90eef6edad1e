/**
 * Where in a JSON text each value begins, by its JSON pointer, and where the text stops being JSON: what JSON.parse does not tell, for
 * whoever has to find the place in what they typed. Strict as JSON.parse is; it reads nothing, it only counts lines.
 */
export type ScannedJson =
  | { readonly ok: true; readonly lines: ReadonlyMap<string, number> }
  /** The line, from 1, at which it cannot go on. */
  | { readonly ok: false; readonly line: number };

/** Deeper than any of ours; a text of brackets alone must not fill the stack. */
const MAX_DEPTH = 64;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON allows none of them in a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;
const BLANK = /[ \t\n\r]*/y;

class Stop extends Error {}

export function scanJson(text: string): ScannedJson {
  const scanner = new Scanner(text);
  try {
    scanner.value('', 0);
    scanner.end();
    return { ok: true, lines: scanner.lines };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { ok: false, line: scanner.line };
  }
}

class Scanner {
  readonly lines = new Map<string, number>();
  readonly #text: string;
  #at = 0;
  /** Counted as far as `#counted`: a long text is counted once. */
  #line = 1;
  #counted = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get line(): number {
    for (; this.#counted < this.#at; this.#counted += 1) if (this.#text[this.#counted] === '\n') this.#line += 1;
    return this.#line;
  }

  value(pointer: string, depth: number): void {
    this.#blank();
    this.lines.set(pointer, this.line);
    if (depth > MAX_DEPTH) throw new Stop();
    const first = this.#text[this.#at];
    if (first === '{') this.#object(pointer, depth);
    else if (first === '[') this.#array(pointer, depth);
    else this.#take(first === '"' ? STRING : SCALAR);
    this.#blank();
  }

  end(): void {
    if (this.#at < this.#text.length) throw new Stop();
  }

  #object(pointer: string, depth: number): void {
    this.#at += 1;
    this.#blank();
    if (this.#skip('}')) return;
    do {
      this.#blank();
      const name = String(JSON.parse(this.#take(STRING)));
      this.#blank();
      this.#need(':');
      this.value(`${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1);
    } while (this.#skip(','));
    this.#need('}');
  }

  #array(pointer: string, depth: number): void {
    this.#at += 1;
    this.#blank();
    if (this.#skip(']')) return;
    let index = 0;
    do {
      this.value(`${pointer}/${index}`, depth + 1);
      index += 1;
    } while (this.#skip(','));
    this.#need(']');
  }

  #blank(): void {
    this.#take(BLANK);
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw new Stop();
    this.#at += found.length;
    return found;
  }

  #skip(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at += 1;
    return true;
  }

  #need(mark: string): void {
    if (!this.#skip(mark)) throw new Stop();
  }
}

/** The line of a place, or of the nearest one around it that is there: what is missing has no line of its own. */
export function lineOf(lines: ReadonlyMap<string, number>, pointer: string): number {
  for (let place = pointer; ; place = place.slice(0, place.lastIndexOf('/'))) {
    const line = lines.get(place);
    if (line !== undefined) return line;
    if (!place.includes('/')) return 1;
  }
}
