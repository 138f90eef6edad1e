/** What a record keeps of a command that Telnyx took: the words in the transcript, the first ones on time or late. Pure. */
import type { Command } from '../domain/intake/command.ts';
import { greeted } from '../domain/intake/greeting.ts';
import { spokenLine } from '../domain/intake/transcript.ts';
import type { SessionRecord } from './call-storage.ts';

export function afterSending(record: SessionRecord, command: Command, at: number): SessionRecord {
  const line = spokenLine(command, at);
  const transcript = line === null ? record.transcript : [...record.transcript, line];
  return { ...record, state: greeted(record.state, command, at), transcript };
}
