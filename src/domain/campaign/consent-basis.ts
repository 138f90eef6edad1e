/** On what a consent to be called rests (TC-01). */
export const CONSENT_BASES = ['number_given_by_patient', 'written', 'verbal'] as const;
export type ConsentBasis = (typeof CONSENT_BASES)[number];
