/** One version of a questionnaire, as lists are narrowed down by it. */
import * as z from 'zod';

export const versionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}:[1-9]\d{0,5}$/, 'A questionnaire and its version, as adult-intake:2.')
  .meta({ description: 'What was asked: the id of a questionnaire and its version.', examples: ['adult-intake:2'] });
