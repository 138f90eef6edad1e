/** Whom a person's open pages showed in the last quarter of an hour: a page that asks by itself leaves a line for somebody new only. */
import type { AuditEntry } from '../domain/audit/audit-row.ts';
import type { AuditJournal } from './audit-journal.ts';

const QUIET_MS = 15 * 60_000;

export class PollsShown {
  readonly #journal: AuditJournal;
  /** When it was last noted, by person, page and patient; null: not read from the journal yet. */
  #shownAt: Map<string, number> | null = null;

  constructor(journal: AuditJournal) {
    this.#journal = journal;
  }

  isNews(entry: AuditEntry): boolean {
    const shownAt = this.#known(entry.at);
    return keysOf(entry).some((key) => (shownAt.get(key) ?? 0) <= entry.at - QUIET_MS);
  }

  note(entries: readonly AuditEntry[]): void {
    for (const entry of entries) {
      const shownAt = this.#known(entry.at);
      for (const key of keysOf(entry)) {
        // Taken out first, so that the oldest stand in front.
        shownAt.delete(key);
        shownAt.set(key, entry.at);
      }
    }
  }

  #known(now: number): Map<string, number> {
    if (this.#shownAt === null) {
      this.#shownAt = new Map();
      this.note(this.#journal.pollsSince(now - QUIET_MS));
    }
    for (const [key, at] of this.#shownAt) {
      if (at > now - QUIET_MS) break;
      this.#shownAt.delete(key);
    }
    return this.#shownAt;
  }
}

/** One that was refused is news once: a page left open on what is gone asks on. */
const keysOf = ({ actor, action, status, shown, callId, patientId, objectId }: AuditEntry): string[] =>
  status >= 400
    ? [`${actor} ${action} ${callId ?? patientId ?? objectId ?? ''} ${status}`]
    : shown === null
      ? []
      : (JSON.parse(shown) as string[]).map((id) => `${actor} ${action} ${id}`);
