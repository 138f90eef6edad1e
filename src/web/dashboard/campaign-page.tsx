/** The page of one campaign: as it stands, the steps before the start, the people. */
import { CampaignContacts, type ContactList } from './campaign-contacts.tsx';
import { CampaignFragment } from './campaign-fragment.tsx';
import { CampaignSetup } from './campaign-setup.tsx';
import type { CampaignView } from './campaign-view.ts';

/** `contacts` is null for whoever may not see patients. */
export const CampaignPage = ({ view, contacts }: { view: CampaignView; contacts: ContactList | null }) => (
  <>
    <p class="back">
      <a href="/dashboard/campaigns">All campaigns</a>
    </p>
    <CampaignFragment view={view} />
    <CampaignSetup view={view} />
    {contacts === null ? (
      <p class="empty">Your role does not include the list of people.</p>
    ) : (
      <CampaignContacts {...contacts} />
    )}
  </>
);
