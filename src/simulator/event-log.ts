/**
 * Everything that crossed the line between the clinic and Telnyx, in order and with its bytes: saved as JSON lines, read
 * again, and replayed. It never holds a header, so no key.
 */
export interface LoggedRequest {
  readonly kind: 'request';
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** 0: never answered. */
  readonly status: number;
  readonly answer: unknown;
}

export interface LoggedWebhook {
  readonly kind: 'webhook';
  readonly at: number;
  readonly url: string;
  readonly eventId: string;
  readonly eventType: string;
  readonly attempt: number;
  /** Byte for byte as it was sent; empty for one that a fault lost. */
  readonly body: string;
  /** 0: no answer; -1: lost by a fault. */
  readonly status: number;
}

export type LogEntry = LoggedRequest | LoggedWebhook;

export function writeLog(entries: readonly LogEntry[]): string {
  return entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
}

export function readLog(text: string): LogEntry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogEntry);
}
