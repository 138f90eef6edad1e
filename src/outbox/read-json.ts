/** The JSON of an answer, however much its sender wants to send: no more is read than such an answer can be, and no longer than there is time. */

/** A transaction of a few dozen resources is answered in a few kilobytes, in a few hundred when each is sent back. */
const MOST_BYTES = 2 * 1024 * 1024;

/** Undefined: it is no JSON, or too much. Throws when it breaks off or the time is over. */
export async function readJson(response: Response, signal: AbortSignal): Promise<unknown> {
  const reader = response.body?.getReader();
  if (reader === undefined) return undefined;
  const stop = () => void reader.cancel().catch(() => undefined);
  signal.addEventListener('abort', stop);
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) break;
      bytes += value.length;
      if (bytes > MOST_BYTES) {
        stop();
        return undefined;
      }
      text += decoder.decode(value, { stream: true });
    }
  } finally {
    signal.removeEventListener('abort', stop);
  }
  try {
    return JSON.parse(text + decoder.decode());
  } catch {
    return undefined;
  }
}
