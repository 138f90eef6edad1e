/** The systems that notes are handed to: how each is doing and a trial of it; or how to set one up. */
import { explainCode } from '../../domain/delivery/judge-answer.ts';
import { MOST_COUNTED, type SinkView } from '../hand-on.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { SINK_LABELS } from './delivery-labels.ts';
import { Chip } from './layout.tsx';
import type { Viewer } from './viewer.ts';

export const DELIVERIES_PATH = '/dashboard/deliveries';

interface SinksView {
  readonly sinks: readonly SinkView[];
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
  /** Of the page these stand on. */
  readonly query: string;
}

/** A form works without script; with it the answer takes the place of the list. */
export const posts = (address: string) => ({
  ...{ method: 'post' as const, action: address, 'hx-post': address },
  ...{ 'hx-target': '#deliveries', 'hx-swap': 'outerHTML', 'hx-sync': '#deliveries:replace' },
  'hx-disabled-elt': 'find button',
});

export const Sinks = ({ sinks, viewer, clock, query }: SinksView) => {
  if (sinks.length === 0) return <NoSink viewer={viewer} />;
  return (
    <ul class="sinks" aria-label="Systems that get the notes">
      {sinks.map((sink) => (
        <li class="sink">
          <div class="sink-head">
            <h2>{SINK_LABELS[sink.name]}</h2>
            <SinkChip sink={sink} />
            {viewer.runsWork ? (
              <form {...posts(`${DELIVERIES_PATH}/test/${sink.name}${query}`)}>
                <button type="submit" id={`test-${sink.name}`} class="secondary outline">
                  Send a test
                </button>
              </form>
            ) : null}
          </div>
          <p class="sink-facts">
            <span>{sink.host}</span>
            <span>{guardOf(sink)}</span>
            <span>{`${counted(sink.waiting)} waiting`}</span>
            <span>{`${counted(sink.dead)} failed`}</span>
            <span>
              Last delivered: <Moment at={sink.lastSuccessAt} clock={clock} />
            </span>
          </p>
          {isFailing(sink) && sink.lastFailure !== null ? (
            <p class="notice notice-warn sink-why">
              {`${clock.dateTime(sink.lastFailure.at)}: ${explainCode(sink.lastFailure.code)}`}
            </p>
          ) : null}
        </li>
      ))}
    </ul>
  );
};

export const counted = (count: number): string => (count >= MOST_COUNTED ? `${MOST_COUNTED - 1}+` : String(count));

/** How what goes there is kept from others. */
const guardOf = ({ name, hasKey, isSigned }: SinkView): string => {
  if (name === 'r2') return 'sealed under each patient’s key';
  if (name === 'alert') return 'signed, a link alone';
  if (isSigned) return hasKey ? 'with a key, signed' : 'signed';
  return hasKey ? 'with a token' : 'without a token';
};

/** Nothing has got through since it failed last. */
const isFailing = ({ lastFailure, lastSuccessAt }: SinkView): boolean =>
  lastFailure !== null && lastFailure.at >= (lastSuccessAt ?? 0);

const SinkChip = ({ sink }: { sink: SinkView }) => {
  if (isFailing(sink)) return <Chip tone="bad">Failing</Chip>;
  if (sink.lastSuccessAt === null) return <Chip tone="calm">Nothing sent yet</Chip>;
  return <Chip tone="good">Working</Chip>;
};

const NoSink = ({ viewer }: { viewer: Viewer }) => (
  <section class="notice notice-live sinks-none">
    <p>
      <strong>Notes are not handed to any other system.</strong>{' '}
      {viewer.runsWork
        ? 'To hand each note to a system of the clinic, set these variables and deploy:'
        : 'An administrator can set that up. Notes stay on the pages of their calls.'}
    </p>
    {viewer.runsWork ? (
      <ul>
        <li>
          <code>SINK_BACKEND_URL</code>: where each note is sent, as <code>https://ehr.clinic.example/intake</code>
        </li>
        <li>
          <code>SINK_BACKEND_SECRET</code>: <code>whsec_</code> and at least 24 bytes in base64; each delivery is signed
          with it
        </li>
        <li>
          <code>SINK_BACKEND_KEY</code>: if the system asks for one, sent as Bearer
        </li>
        <li>
          or <code>FHIR_BASE</code>, and <code>FHIR_TOKEN</code> or <code>FHIR_TOKEN_URL</code>: a FHIR server
        </li>
        <li>
          or <code>SINK_R2</code>: an archive in the bucket; or <code>SINK_ALERT_URL</code>: a link to each note
        </li>
      </ul>
    ) : null}
  </section>
);
