/** What a patient may ask for about their own data, and what stands in the way: requests, an erasure that waits, holds, copies, disclosures. */
import { HOLD_REASONS, type Hold } from '../../store/holds.ts';
import type { PatientRequest } from '../../store/patient-requests.ts';
import { Moment } from './clinic-clock.tsx';
import { FormNotice } from './form-field.tsx';
import { Chip } from './layout.tsx';
import { Copies, Disclosures } from './patient-disclosures.tsx';
import { EndsUnanswered, Requests } from './patient-requests.tsx';
import { briefly } from './patient-who.tsx';
import { HOLD_LABELS } from './rights-labels.ts';
import { type RightsView, typedInto } from './rights-view.ts';
import { Said } from './said.tsx';

export const PatientRightsPage = (view: RightsView) => {
  const { patient, requests, outcome, notice } = view;
  const erasure = requests.find(({ kind, status }) => kind === 'erasure' && status === 'open');
  return (
    <>
      <p class="back">
        <a href={`/dashboard/patients/${patient.id}`}>Back to the patient</a>
      </p>
      <div class="page-head">
        <h1>{`Data of ${briefly(patient)}`}</h1>
      </div>
      <Said outcome={outcome} />
      <FormNotice text={notice} />
      {view.isHeld ? (
        <p class="notice notice-warn">
          <strong>Under a legal hold.</strong> Nothing of this patient is removed or erased while it stands.
        </p>
      ) : null}
      {erasure === undefined ? null : <WaitingErasure view={view} request={erasure} />}
      <div class="columns patient">
        <div>
          <Requests view={view} />
          {view.holds === null ? null : <Holds view={view} holds={view.holds} />}
        </div>
        <div>
          {view.viewer.exportsPatients ? <Copies view={view} /> : null}
          {view.disclosures === null ? null : <Disclosures view={view} {...view.disclosures} />}
        </div>
      </div>
    </>
  );
};

const WaitingErasure = ({ view, request }: { view: RightsView; request: PatientRequest }) => {
  const { clock, mayApprove, mayRefuse, patient, isHeld, viewer } = view;
  const path = `/dashboard/patients/${patient.id}/rights/requests/${request.id}`;
  return (
    <section aria-labelledby="erasure-title" class="erasure-waiting">
      <h2 id="erasure-title">An erasure waits for a second person</h2>
      <p>
        {`${request.createdName} asked for it `}
        <Moment at={request.createdAt} clock={clock} />. Another administrator has to approve it or refuse it.
      </p>
      {mayRefuse ? (
        <div class="decision">
          {mayApprove ? (
            <form method="post" action={`${path}/approve`}>
              <p>
                <strong>This cannot be undone, by anybody.</strong> The key of this patient is destroyed at once, then
                calls, notes, recordings here and at Telnyx. The do-not-call list and who did what stay. Copies that the
                platform keeps of its database last up to 30 days; they do not open without the key.
              </p>
              <EndsUnanswered requests={view.requests} clock={clock} />
              <label>
                <input type="checkbox" name="sure" value="true" required /> I have read what is destroyed
              </label>
              <button type="submit" class="danger" disabled={isHeld}>
                Approve the erasure
              </button>
            </form>
          ) : (
            <p>
              You became an administrator, or your roles were changed, less than a day ago. Until a day has passed you
              can refuse it, and not approve it.
            </p>
          )}
          <form method="post" action={`${path}/refuse`}>
            <label>
              Why it is refused
              <input name="reason" required maxlength={2000} autocomplete="off" />
            </label>
            <button type="submit" class="secondary outline">
              Refuse it
            </button>
          </form>
        </div>
      ) : (
        <>
          <p class="quiet">You cannot approve it yourself.</p>
          {viewer.erasesPatients ? (
            <form method="post" action={`${path}/answer`}>
              <input type="hidden" name="status" value="withdrawn" />
              <button type="submit" class="secondary outline">
                Take it back
              </button>
            </form>
          ) : null}
        </>
      )}
    </section>
  );
};

const Holds = ({ view, holds }: { view: RightsView; holds: readonly Hold[] }) => {
  const { patient, clock } = view;
  const typed = typedInto(view, 'hold');
  return (
    <section id="holds" aria-labelledby="holds-title">
      <h2 id="holds-title">Legal holds</h2>
      {holds.length === 0 ? <p class="empty">None was ever placed.</p> : null}
      <ul class="steps">
        {holds.map((hold) => (
          <li class="step" id={`hold-${hold.id}`}>
            <p class="consent-line">
              <Chip tone={hold.liftedAt === null ? 'warn' : 'calm'}>
                {hold.liftedAt === null ? 'Stands' : 'Lifted'}
              </Chip>{' '}
              <strong>{HOLD_LABELS[hold.reason]}</strong>
            </p>
            <p class="consent-line evidence">{hold.text ?? 'The words no longer open.'}</p>
            <p class="consent-line task-text">
              {`Placed by ${hold.createdName}, `}
              <Moment at={hold.createdAt} clock={clock} />
            </p>
            {hold.liftedAt === null ? (
              <details>
                <summary>
                  Lift it<span class="visually-hidden">{`: ${HOLD_LABELS[hold.reason]}`}</span>
                </summary>
                <form method="post" action={`/dashboard/patients/${patient.id}/rights/holds/${hold.id}/lift`}>
                  <label>
                    Why, in plain words
                    <input name="reason" maxlength={2000} required autocomplete="off" />
                  </label>
                  <button type="submit" class="secondary outline">
                    Lift this hold
                  </button>
                  <p class="quiet">
                    From then on what has been kept long enough is removed again, and an erasure is possible.
                  </p>
                </form>
              </details>
            ) : (
              <p class="consent-line task-text">
                {`Lifted by ${hold.liftedName ?? 'nobody known'}, `}
                <Moment at={hold.liftedAt} clock={clock} />
                {`: ${hold.liftText ?? 'the words no longer open'}`}
              </p>
            )}
          </li>
        ))}
      </ul>
      <details id="place-hold" open={typed !== null}>
        <summary>Place a hold</summary>
        <form class="sheet" method="post" action={`/dashboard/patients/${patient.id}/rights/holds`}>
          <label>
            Reason
            <select name="reason">
              {HOLD_REASONS.map((reason) => (
                <option value={reason} selected={reason === typed?.['reason']}>
                  {HOLD_LABELS[reason]}
                </option>
              ))}
            </select>
          </label>
          <label>
            What it is about
            <input
              name="text"
              value={typed?.['text']}
              maxlength={2000}
              required
              autocomplete="off"
              placeholder="Letter of Nov 3, case 12-345"
            />
          </label>
          <button type="submit">Place the hold</button>
        </form>
      </details>
    </section>
  );
};
