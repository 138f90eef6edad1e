/** The frame of what is shown of a recording: its sound, and what it says. */
import type { Child } from 'hono/jsx';

interface SectionView {
  /** Of the heading. */
  readonly id: string;
  readonly title: string;
  /** Stays in reach while one reads on. */
  readonly isPlayer?: boolean;
  readonly children: Child;
}

export const RecordingSection = ({ id, title, isPlayer = false, children }: SectionView) => (
  <section class={isPlayer ? 'recording recording-player' : 'recording'} aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    {children}
  </section>
);
