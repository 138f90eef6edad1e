/** What the digits of one item mean, or null when they mean nothing there. Pure. */
import type { Item } from './questionnaire.ts';
import type { Answer, CallState } from './state.ts';

export function readAnswer(item: Item, digits: string, { language }: CallState): Answer | null {
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
    case 'voice':
      return null;
  }
}
