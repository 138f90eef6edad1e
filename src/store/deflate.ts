/** Long texts made short before they are sealed: what is sealed does not shrink any more. */

export const deflated = (text: string): Promise<Uint8Array> =>
  through(new CompressionStream('deflate-raw'), new TextEncoder().encode(text));

export const inflated = async (bytes: Uint8Array): Promise<string> =>
  new TextDecoder().decode(await through(new DecompressionStream('deflate-raw'), bytes));

async function through(stream: CompressionStream | DecompressionStream, bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}
