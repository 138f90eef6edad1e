/**
 * An answer that is written while it is read: the next text is made when the one before was taken, and none once nobody listens.
 * `source`: what the texts are made from; it is let go even where no text was taken, when nothing of `texts` has begun.
 */
export function textStream(
  texts: AsyncGenerator<string, void>,
  source: AsyncGenerator<unknown, void> | null = null,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { done, value } = await texts.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        await texts.return();
        await source?.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** With its first page already read, so that what cannot begin is refused before anything is sent. */
export async function begun<T>(pages: AsyncGenerator<T, void>): Promise<AsyncGenerator<T, void>> {
  const first = await pages.next();
  async function* all(): AsyncGenerator<T, void> {
    try {
      for (let page = first; !page.done; page = await pages.next()) yield page.value;
    } finally {
      await pages.return();
    }
  }
  return all();
}

/** `[`, the items, `]`: one text a page, each item on a line of its own. */
export async function* jsonArray(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string, void> {
  let before = '[\n';
  for await (const page of pages) {
    if (page.length === 0) continue;
    yield before + page.map((item) => JSON.stringify(item)).join(',\n');
    before = ',\n';
  }
  yield before === '[\n' ? '[]\n' : '\n]\n';
}

/** A line for each item, one text a page. */
export async function* jsonLines(pages: AsyncIterable<readonly unknown[]>): AsyncGenerator<string, void> {
  for await (const page of pages) if (page.length > 0) yield page.map((item) => `${JSON.stringify(item)}\n`).join('');
}

export async function* eachPage<A, B>(
  pages: AsyncIterable<A> | Iterable<A>,
  change: (page: A) => B,
): AsyncGenerator<B, void> {
  for await (const page of pages) yield change(page);
}
