/** The clinic's own system: each version of a note with its call and what was said, signed. It is the clinic's: no vendor. */
import type { WebhookSettings } from '../domain/delivery/sink-settings.ts';
import { postSigned, postTest } from './post-signed.ts';
import type { Sink } from './sink.ts';

export const backendSink = (settings: WebhookSettings, timeoutMs?: number): Sink => ({
  ...{ name: 'backend', host: new URL(settings.url).host, hasKey: settings.key !== '', isSigned: true },
  keepsNewest: false,
  tellsRecording: true,
  deliver: (id, { call, transcripts, intake_data }, now) =>
    postSigned(settings, id, { call, transcripts, intake_data }, now, timeoutMs),
  test: (now) => postTest(settings, now),
});
