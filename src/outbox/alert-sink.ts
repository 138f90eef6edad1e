/**
 * Whoever wants to know that a note is there, and nothing else: ids and a link to a page behind Access, never anything of a patient
 * (HS-09). Signed, so that nobody else can send staff to another page.
 */
import type { WebhookSettings } from '../domain/delivery/sink-settings.ts';
import { postSigned, postTest } from './post-signed.ts';
import type { Sink } from './sink.ts';

export const alertSink = (settings: WebhookSettings, publicUrl: string, timeoutMs?: number): Sink => ({
  ...{ name: 'alert', host: new URL(settings.url).host, hasKey: false, isSigned: true },
  keepsNewest: false,
  tellsRecording: false,
  deliver: (id, { intake_data: { call_id, version } }, now) => {
    const type = version === 1 ? 'note.ready' : 'note.corrected';
    const url = `${publicUrl}/dashboard/calls/${call_id}`;
    return postSigned(settings, id, { type, call_id, version, url }, now, timeoutMs);
  },
  test: (now) => postTest(settings, now),
});
