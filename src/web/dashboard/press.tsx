/** A button that is a form of its own: where no script runs it posts and a page answers; with one, the answer takes the place of a part. */
import type { Child } from 'hono/jsx';

interface PressView {
  readonly id: string;
  readonly action: string;
  /** The part that the answer replaces. */
  readonly target: `#${string}`;
  readonly tone?: string | undefined;
  /** What a press will do, asked before it is done: here by a script, else by the page that answers (ask-first.tsx). */
  readonly confirm?: string | undefined;
  /** Where whoever works by keyboard goes on, where the button itself is gone afterwards. */
  readonly thenFocus?: string | undefined;
  readonly busy?: string | undefined;
  readonly children: Child;
}

export const Press = ({ id, action, target, tone, confirm, thenFocus, busy, children }: PressView) => (
  <form
    class="in-row"
    method="post"
    action={action}
    hx-post={action}
    hx-target={target}
    hx-swap="outerHTML"
    hx-sync={`${target}:replace`}
    hx-disabled-elt="find button"
    hx-indicator="find button"
    hx-confirm={confirm}
    data-then-focus={thenFocus}
  >
    <button id={id} type="submit" class={tone}>
      {busy === undefined ? (
        children
      ) : (
        <>
          <span class="while-idle">{children}</span>
          <span class="while-busy">{busy}</span>
        </>
      )}
    </button>
  </form>
);
