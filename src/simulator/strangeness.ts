/** What no documentation prepares for: fields nobody named, and events of types nobody knows. */
import type { Random } from './random.ts';

const fields = ['call_quality_score', 'carrier_lookup', 'region', 'media_path', 'x_internal'];
const types = ['call.ringing', 'call.quality.updated', 'call.sip_info.received', 'streaming.stopped', 'call.hold'];

export function undocumentedField(random: Random): object {
  const name = fields[Math.floor(random.next() * fields.length)] ?? 'x_internal';
  const value = random.chance(0.5) ? { nested: [random.hex(4), null] } : random.hex(8);
  return { [name]: value };
}

export function unknownEventType(random: Random): string {
  return types[Math.floor(random.next() * types.length)] ?? 'call.unknown';
}
