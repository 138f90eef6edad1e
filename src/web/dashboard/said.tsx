/** At the head of a page that takes plain forms: what came of the last one, or why it was not done. */
interface SaidView {
  readonly outcome: string | null;
  readonly notice?: string | null;
}

export const Said = ({ outcome, notice = null }: SaidView) => (
  <>
    {outcome === null ? null : (
      <p class="notice notice-live" role="status">
        {outcome}
      </p>
    )}
    {notice === null ? null : (
      <p class="notice notice-bad" role="alert">
        {notice}
      </p>
    )}
  </>
);
