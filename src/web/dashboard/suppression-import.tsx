/** How far a list on its way into the do-not-call list has been read. It asks again until that is over. */
import type { ListImport } from '../../store/imports.ts';
import { counted, listReason } from './campaign-labels.ts';

/** What was wrong before any of it was read. */
export const ImportRefused = ({ text }: { text: string }) => (
  <p class="notice notice-bad" role="alert">
    {text}
  </p>
);

export const ImportStatus = ({ list }: { list: ListImport }) => {
  const { id, status, code, accepted, rejected } = list;
  if (status === 'reading')
    return (
      <p
        class="notice notice-live"
        role="status"
        hx-get={`/dashboard/fragments/suppressions/imports/${id}`}
        hx-trigger="every 2s"
        hx-swap="outerHTML"
      >
        {`The list is being read: ${counted(accepted)} numbers so far. You may leave this page.`}
      </p>
    );
  const isDone = status === 'done';
  const taken = `${counted(accepted)} ${accepted === 1 ? 'number is' : 'numbers are'} on the list now.`;
  const left = rejected === 0 ? '' : ` ${counted(rejected)} ${rejected === 1 ? 'row was' : 'rows were'} not taken.`;
  return (
    <p class={`notice ${isDone ? (rejected === 0 ? 'notice-live' : 'notice-warn') : 'notice-bad'}`} role="status">
      {isDone ? `${taken}${left}` : `The list was not read to its end. ${taken} ${listReason(code ?? status)}`}{' '}
      {rejected === 0 ? null : (
        <a href={`/api/imports/${id}/rows?format=csv`} download>
          Rows that were not taken (CSV)
        </a>
      )}{' '}
      <a href="/dashboard/suppressions">Show the list</a>
    </p>
  );
};
