/** The page around one call. */
import { CallFragment, type CallView } from './call-fragment.tsx';

export const CallPage = (view: CallView) => (
  <>
    <p class="back">
      <a href="/dashboard/calls">All calls</a>
    </p>
    <CallFragment {...view} />
  </>
);
