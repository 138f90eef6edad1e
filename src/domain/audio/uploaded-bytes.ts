/** A file held in the pieces in which it came, read at any place without gluing them together. Past its end there is nothing. Pure. */

export class UploadedBytes {
  readonly length: number;
  readonly pieces: readonly Uint8Array[];
  readonly #starts: readonly number[];
  #piece = new Uint8Array(0) as Uint8Array;
  #from = 0;
  #to = 0;

  constructor(pieces: readonly Uint8Array[]) {
    this.pieces = pieces;
    let length = 0;
    this.#starts = pieces.map((piece) => {
      const start = length;
      length += piece.length;
      return start;
    });
    this.length = length;
  }

  /** Shorter where the file ends. */
  slice(from: number, length: number): Uint8Array {
    const to = Math.min(from + length, this.length);
    const bytes = new Uint8Array(Math.max(0, to - from));
    let held = 0;
    for (let i = this.#pieceAt(from); held < bytes.length && i < this.pieces.length; i += 1) {
      const piece = this.pieces[i] ?? new Uint8Array(0);
      const at = from + held - (this.#starts[i] ?? 0);
      const part = piece.subarray(at, at + bytes.length - held);
      bytes.set(part, held);
      held += part.length;
    }
    return bytes;
  }

  view(from: number, length: number): DataView {
    return new DataView(this.slice(from, length).buffer);
  }

  /** As Latin-1: magic bytes are compared as text. */
  text(from: number, length: number): string {
    return String.fromCharCode(...this.slice(from, length));
  }

  /** Whether such a text stands within a part of the file. */
  holds(text: string, from: number, to: number): boolean {
    const wanted = [...text].map((character) => character.charCodeAt(0));
    const part = this.slice(from, to - from);
    for (let at = 0; at + wanted.length <= part.length; at += 1) {
      let same = 0;
      while (same < wanted.length && part[at + same] === wanted[same]) same += 1;
      if (same === wanted.length) return true;
    }
    return false;
  }

  /** For reading on from one byte to the next, millions of times: the piece is looked for only where it ends. */
  byteAt(at: number): number {
    if (at < this.#from || at >= this.#to) {
      const index = this.#pieceAt(at);
      this.#piece = this.pieces[index] ?? this.#piece;
      this.#from = this.#starts[index] ?? 0;
      this.#to = this.#from + this.#piece.length;
    }
    return this.#piece[at - this.#from] ?? 0;
  }

  /** The piece that holds a byte. */
  #pieceAt(at: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}
