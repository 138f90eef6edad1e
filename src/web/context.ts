/** What a request carries on its way through the app, and who is asking. */
import type { Context } from 'hono';
import type { Config, Env } from '../env.ts';
import type { Role } from '../store/staff.ts';
import type { SignIn } from '../store/staff-sessions.ts';

export interface Actor {
  /** Opaque, for logs and records: the staff row's id, or a digest for people who have none. */
  readonly id: string;
  /** The person's address or the service token's client id; colleagues see it as the owner of a task. Never logged. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** Epoch milliseconds: so long they have a clinician's rights, which they took in an emergency (HS-02). */
  readonly emergencyUntil?: number;
  /** Since when the list of staff gives them these roles; none for whoever is named in ADMIN_EMAILS. */
  readonly rolesSince?: number;
  /** Without those taken in an emergency, which are for looking only. */
  readonly ownRoles?: readonly Role[];
}

/** A service token is somebody's program; what needs a person's word, it cannot give (SE-20). */
export const isPerson = ({ name }: Pick<Actor, 'name'>): boolean => name.includes('@');

export interface AppEnv {
  Bindings: Env;
  /**
   * `signIn`: null for a service token. `shown`: ids of the patients that the answer shows, as its handler says; `about`: what else its
   * audit line names, where the path does not: our own words and numbers alone.
   */
  Variables: {
    requestId: string;
    config: Config;
    actor: Actor;
    signIn: SignIn | null;
    shown?: Set<string>;
    about?: string;
  };
}

export type AppContext = Context<AppEnv>;
