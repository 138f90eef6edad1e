/** The page around one call. */
import { CallFragment, type CallView } from './call-fragment.tsx';
import { Said } from './said.tsx';

interface CallPageView {
  readonly view: CallView;
  /** Of what was asked without a script. */
  readonly outcome?: string | null;
}

export const CallPage = ({ view, outcome = null }: CallPageView) => (
  <>
    <p class="back">
      <a href="/dashboard/calls">All calls</a>
    </p>
    <Said outcome={outcome} />
    <CallFragment {...view} />
  </>
);
