/** The page of one campaign: as it stands, the steps before the start, the people. */
import { CampaignContacts, type ContactList } from './campaign-contacts.tsx';
import { CampaignFragment } from './campaign-fragment.tsx';
import { CampaignSetup, type Refused } from './campaign-setup.tsx';
import type { CampaignView } from './campaign-view.ts';
import { Said } from './said.tsx';

interface CampaignPageView {
  readonly view: CampaignView;
  /** Null for whoever may not see patients; left out where something else was asked. */
  readonly contacts: ContactList | null | 'left_out';
  readonly outcome?: string | null;
  readonly refused?: Refused | undefined;
}

export const CampaignPage = ({ view, contacts, outcome = null, refused }: CampaignPageView) => (
  <>
    <p class="back">
      <a href="/dashboard/campaigns">All campaigns</a>
    </p>
    <Said outcome={outcome} />
    <CampaignFragment view={view} />
    <CampaignSetup view={view} refused={refused} />
    {contacts === null ? (
      <p class="empty">Your role does not include the list of people.</p>
    ) : contacts === 'left_out' ? (
      <p>
        <a href={`/dashboard/campaigns/${view.campaign.id}`}>The whole page of the campaign</a>
      </p>
    ) : (
      <CampaignContacts {...contacts} />
    )}
  </>
);
