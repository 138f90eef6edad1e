/**
 * What a questionnaire is: items with texts in every language, in the order they are asked. Data, never code.
 * Types and limits only: `check-questionnaire.ts` decides what is one, `lint-questionnaire.ts` what may be approved.
 */
import type { ScriptText } from './call-texts.ts';
import type { RedFlagRule } from './red-flags.ts';

export const LANGUAGES = ['en', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Texts = Readonly<Record<Language, string>>;

/** The part of the note an item belongs to; the item id is `<section>.<name>`. */
export const SECTIONS = ['hpi', 'ample', 'family_history', 'message'] as const;
export type Section = (typeof SECTIONS)[number];

/** The project's own codes: the item id. Every question has one, so that none needs a foreign code nobody is sure of (FH-06). */
export const ITEM_CODE_SYSTEM = 'urn:telnyx-edge-intake:item';

/** FHIR coding of a question. */
export interface Code {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

interface ItemBase {
  /** `<section>.<name>`, also the `q` of its question's client_state. */
  readonly id: string;
  /** What is said; `{{name}}` marks are filled from the plan. */
  readonly text: Texts;
  /** Ask only when that earlier yes/no item was answered yes; otherwise it is `not_asked`. */
  readonly whenYes?: string;
  readonly codes?: readonly Code[];
}
export interface ChoiceOption {
  readonly key: string;
  readonly value: string;
  readonly display: Texts;
}
export interface VoiceItem extends ItemBase {
  readonly type: 'voice';
  /** The longest answer, 30 when absent. */
  readonly limitSeconds?: number;
}
export interface YesNoItem extends ItemBase {
  readonly type: 'yes_no';
}
export interface ChoiceItem extends ItemBase {
  readonly type: 'choice';
  readonly options: readonly ChoiceOption[];
}
/** Whole number typed and ended by `#` or by waiting. */
export interface NumberItem extends ItemBase {
  readonly type: 'number';
  readonly minimum: number;
  readonly maximum: number;
}
/** A calendar day, typed MMDDYYYY. */
export interface DateItem extends ItemBase {
  readonly type: 'date';
  readonly notFuture: boolean;
}
/** Says its text, asks nothing, and is heard to the end. */
export interface MessageItem extends ItemBase {
  readonly type: 'message';
  /** The audio of the campaign follows the text; a call without one passes the whole item over. */
  readonly audio?: true;
}
export type Item = VoiceItem | YesNoItem | ChoiceItem | NumberItem | DateItem | MessageItem;

/** Whether audio that a campaign brings is ever played. */
export const playsAudio = ({ items }: Pick<Questionnaire, 'items'>): boolean =>
  items.some((item) => item.type === 'message' && item.audio === true);

export interface Questionnaire {
  readonly id: string;
  readonly version: number;
  readonly title: Texts;
  readonly items: readonly Item[];
  readonly redFlags: readonly RedFlagRule[];
  /** What an answering machine hears: the neutral message, or nothing. */
  readonly voicemail: 'message' | 'silence';
  /** Wording of the call around the items that replaces the shipped one. */
  readonly texts?: Readonly<Partial<Record<ScriptText, Texts>>>;
}

export interface QuestionnaireProblem {
  /** JSON pointer into the definition. */
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Telnyx' own limit for one prompt (speak and gather `payload`). */
export const MAX_PROMPT_LENGTH = 3000;
/** A question asked again is led in by a short sentence that says why; the two together are one prompt. */
export const MAX_TEXT_LENGTH = MAX_PROMPT_LENGTH - 100;
