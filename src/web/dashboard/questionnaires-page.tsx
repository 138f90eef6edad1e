/** The questionnaires: which version of each new calls ask, who approved it and when, and what waits as a draft. */
import type { QuestionnaireHead } from '../../store/questionnaire-versions.ts';
import { type ClinicClock, Moment } from './clinic-clock.tsx';
import { Chip } from './layout.tsx';
import { personLabel } from './questionnaire-labels.ts';
import type { Viewer } from './viewer.ts';

interface QuestionnaireList {
  readonly heads: readonly QuestionnaireHead[];
  readonly cursor: string | null;
  readonly next: string | null;
  readonly viewer: Viewer;
  readonly clock: ClinicClock;
}

export const QuestionnairesPage = ({ heads, cursor, next, viewer, clock }: QuestionnaireList) => (
  <>
    <div class="page-head">
      <div>
        <h1>Questionnaires</h1>
        <p class="quiet">What calls ask and say. A version is written once; a new call asks the newest approved one.</p>
      </div>
      {viewer.writesQuestionnaires ? (
        <a href="/dashboard/new-questionnaire" class="button">
          Write a new one
        </a>
      ) : null}
    </div>
    {heads.length === 0 ? (
      <p class="empty">
        There are no more questionnaires. <a href="/dashboard/questionnaires">Show the first</a>
      </p>
    ) : (
      <table class="worklist questionnairelist">
        <caption class="visually-hidden">{`Questionnaires by id. Times are ${clock.zoneName}.`}</caption>
        <thead>
          <tr>
            <th scope="col">Questionnaire</th>
            <th scope="col">In use</th>
            <th scope="col">{`Approved (${clock.zoneName})`}</th>
            <th scope="col">Drafts</th>
          </tr>
        </thead>
        <tbody>
          {heads.map((head) => (
            <Row head={head} clock={clock} />
          ))}
        </tbody>
      </table>
    )}
    {cursor === null && next === null ? null : (
      <nav class="paging" aria-label="Pages">
        {cursor === null ? <span /> : <a href="/dashboard/questionnaires">First page</a>}
        {next === null ? null : (
          <a href={`/dashboard/questionnaires?cursor=${next}`} rel="next">
            More
          </a>
        )}
      </nav>
    )}
  </>
);

const Row = ({ head, clock }: { head: QuestionnaireHead; clock: ClinicClock }) => (
  <tr>
    <th scope="row" class="cell-campaign">
      <a href={`/dashboard/questionnaires/${head.id}`} class="row-link">
        <strong>{head.title}</strong>
      </a>
      <small class="task-text">{head.id}</small>
    </th>
    <td class="cell-status">
      {head.approvedVersion === null ? (
        <Chip tone="warn">None approved</Chip>
      ) : (
        <Chip tone="good">{`Version ${head.approvedVersion}`}</Chip>
      )}
    </td>
    <td class="cell-started">
      {head.approvedAt === null ? (
        <span class="absent">—</span>
      ) : (
        <>
          <Moment at={head.approvedAt} clock={clock} />
          <small class="task-text">{personLabel(head.approvedBy)}</small>
        </>
      )}
    </td>
    <td class="cell-drafts">
      {head.drafts === 0 ? (
        <span class="absent">No drafts</span>
      ) : (
        `${head.drafts} ${head.drafts === 1 ? 'draft' : 'drafts'}, newest is version ${head.newestVersion}`
      )}
    </td>
  </tr>
);
