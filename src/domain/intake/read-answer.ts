/** What the digits of one item mean, or null when they mean nothing there. Pure: what day it is comes from outside. */
import type { Item, Language } from './questionnaire.ts';
import { readBirthDate } from './read-keys.ts';
import type { Answer } from './state.ts';

export interface AnswerContext {
  readonly language: Language;
  /** `YYYY-MM-DD` in the clinic's time zone. */
  readonly today: string;
}

export function readAnswer(item: Item, digits: string, { language, today }: AnswerContext): Answer | null {
  switch (item.type) {
    case 'yes_no':
      if (digits === '1') return { state: 'answered', value: true };
      if (digits === '2') return { state: 'none', value: false };
      return digits === '3' ? { state: 'unknown', value: null } : null;
    case 'choice': {
      const option = item.options.find(({ key }) => key === digits);
      return option ? { state: 'answered', value: option.value, display: option.display[language] } : null;
    }
    case 'number': {
      // CL-11: out of range is asked again, never clamped. `007` is a slip of the finger, not seven.
      const value = /^(0|[1-9]\d*)$/.test(digits) ? Number(digits) : Number.NaN;
      return value >= item.minimum && value <= item.maximum ? { state: 'answered', value } : null;
    }
    case 'date': {
      // ISO days compare as text. Nobody's answer is older than the oldest people: `0080` is a slip too.
      const day = readBirthDate(digits);
      const wrong = day === null || day < '1900' || (item.notFuture && day > today);
      return wrong ? null : { state: 'answered', value: day };
    }
    case 'voice':
    case 'message':
      return null;
  }
}
