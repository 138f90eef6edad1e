/** The page around what the doctor found. Without a script the button still looks, and the whole page comes back with the report. */
import type { Child } from 'hono/jsx';

export const DoctorPage = ({ children }: { children: Child }) => (
  <>
    <div class="doctor-tools">
      <p class="quiet doctor-lead">
        Everything a call needs, tried in earnest: the Telnyx account, the webhook address, the database, the queues,
        the keys. Nobody is rung. Programs ask <code>GET /api/doctor</code>.
      </p>
      <form
        class="doctor-lead"
        method="post"
        action="/dashboard/settings/doctor"
        hx-post="/dashboard/fragments/doctor"
        hx-target="#doctor"
        hx-swap="outerHTML"
        hx-disabled-elt="find button"
        hx-indicator="find button"
      >
        <button type="submit">
          <span class="while-idle">Run again</span>
          <span class="while-busy">Looking…</span>
        </button>
      </form>
    </div>
    {children}
  </>
);
