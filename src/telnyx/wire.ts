/**
 * Telnyx' webhook shapes as far as a call needs them (API v2 envelope). Every payload field is optional in Telnyx' own types:
 * parsed leniently, unknown fields and events are let through.
 */
import * as z from 'zod';

const text = z.string().nullish().catch(null);

const payloadShape = z.object({
  call_control_id: text,
  call_leg_id: text,
  call_session_id: text,
  client_state: text,
  direction: text,
  from: text,
  to: text,
  digit: text,
  digits: text,
  status: text,
  hangup_cause: text,
  hangup_source: text,
  sip_hangup_cause: text,
  recording_id: text,
  recording_started_at: text,
  recording_ended_at: text,
  recording_urls: z.object({ mp3: text, wav: text }).nullish().catch(null),
  format: text,
  total_cost: text,
  cost_parts: z
    .array(z.object({ currency: text }))
    .nullish()
    .catch(null),
  result: text,
  transcription_data: z
    .object({
      transcript: text,
      is_final: z.boolean().nullish().catch(null),
      confidence: z.number().nullish().catch(null),
      transcription_track: text,
    })
    .nullish()
    .catch(null),
});
export type Payload = z.infer<typeof payloadShape>;

/** The v1 format and the portal debugger's have no `data`: they do not match and are not built on. */
export const webhookShape = z.object({
  data: z.object({
    event_type: z.string().min(1).max(100),
    id: z.string().min(1).max(100),
    occurred_at: z.string().max(40),
    payload: payloadShape,
  }),
});
