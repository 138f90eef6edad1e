/**
 * What a call says besides the questionnaire's items, in every language; a missing one does not compile (CL-14).
 * No advice, no reassurance, nothing about the visit before the patient is known (HS-15). `{name}` marks are filled by `say`.
 * Changing a consent text means a new `wording` id: the note names the words the patient heard.
 */
import type { CallPlan } from './call-plan.ts';
import type { Language } from './questionnaire.ts';

interface CallTexts {
  readonly openingNamed: string;
  readonly openingUnnamed: string;
  readonly birthDate: string;
  readonly consent: string;
  readonly consentWording: string;
  readonly commands: string;
  readonly invalid: string;
  readonly silent: string;
  readonly closing: string;
  readonly partialClosing: string;
  readonly declined: string;
  readonly wrongPerson: string;
  readonly optedOut: string;
  readonly staffCallback: string;
  readonly identityFailed: string;
  readonly fault: string;
}

const en: CallTexts = {
  openingNamed:
    'This is an automated call from {clinic}. To stop these calls, press 9. In an emergency, hang up and dial 9 1 1. Para español, oprima 3. If you are {first_name}, press 1. If we have the wrong person, press 2. For our staff, press 0.',
  openingUnnamed:
    'This is an automated call from {clinic}. To stop these calls, press 9. In an emergency, hang up and dial 9 1 1. Para español, oprima 3. If you expect this call, press 1. If we have the wrong person, press 2. For our staff, press 0.',
  birthDate:
    'To be sure we speak to the right person, please enter your date of birth: two digits for the month, two for the day and four for the year. Then press pound.',
  consent:
    'We would like to ask you some questions and write down your answers for your care team. You can call us at {callback}. At any time, star star repeats a question, star zero asks for our staff, and star nine stops these calls. To go on and let us record this call, press 1. To go on without recording, press 2. If you do not want to go on, press 3.',
  consentWording: 'consent-en-1',
  commands:
    'Press star to repeat the question, 7 to skip it, 8 to stop recording, 0 for our staff, or 9 to stop these calls.',
  invalid: 'Sorry, we could not use that entry.',
  silent: 'Sorry, we did not get an answer.',
  closing:
    'Thank you. Those were all our questions. Your care team will read your answers. If your condition gets worse, call us at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  partialClosing:
    'We will stop here. Your care team will see the answers you gave. To go on later, call us at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  declined:
    'That is fine. We will not ask any questions. To reach us, call {callback}. In an emergency, dial 9 1 1. Goodbye.',
  wrongPerson: 'We are sorry to have troubled you. We will not call this number for that person again. Goodbye.',
  optedOut: 'Calls stopped.',
  staffCallback:
    'Our staff will call you back. You can also reach us at {callback}. In an emergency, hang up and dial 9 1 1. Goodbye.',
  identityFailed:
    'We are sorry, we could not confirm who you are, so we cannot go on. Please call our staff at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  fault:
    'We are sorry, something went wrong on our side. Our staff will call you back. In an emergency, hang up and dial 9 1 1. Goodbye.',
};

const es: CallTexts = {
  openingNamed:
    'Esta es una llamada automática de {clinic}. Para no recibir más llamadas, oprima 9. En una emergencia, cuelgue y marque 9 1 1. For English, press 3. Si usted es {first_name}, oprima 1. Si no es la persona que buscamos, oprima 2. Para hablar con nuestro personal, oprima 0.',
  openingUnnamed:
    'Esta es una llamada automática de {clinic}. Para no recibir más llamadas, oprima 9. En una emergencia, cuelgue y marque 9 1 1. For English, press 3. Si usted espera esta llamada, oprima 1. Si no es la persona que buscamos, oprima 2. Para hablar con nuestro personal, oprima 0.',
  birthDate:
    'Para confirmar que hablamos con la persona correcta, marque su fecha de nacimiento: dos dígitos para el mes, dos para el día y cuatro para el año. Luego oprima la tecla numeral.',
  consent:
    'Queremos hacerle algunas preguntas y anotar sus respuestas para su equipo médico. Puede llamarnos al {callback}. En cualquier momento, asterisco asterisco repite la pregunta, asterisco cero pide hablar con nuestro personal, y asterisco nueve detiene estas llamadas. Para continuar y permitir que grabemos esta llamada, oprima 1. Para continuar sin grabación, oprima 2. Si no desea continuar, oprima 3.',
  consentWording: 'consent-es-1',
  commands:
    'Oprima asterisco para repetir la pregunta, 7 para omitirla, 8 para detener la grabación, 0 para nuestro personal, o 9 para no recibir más llamadas.',
  invalid: 'Lo sentimos, no pudimos usar esa respuesta.',
  silent: 'Lo sentimos, no recibimos respuesta.',
  closing:
    'Gracias. Esas fueron todas las preguntas. Su equipo médico leerá sus respuestas. Si su estado empeora, llámenos al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  partialClosing:
    'Terminamos aquí. Su equipo médico verá las respuestas que dio. Para continuar después, llámenos al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  declined:
    'De acuerdo. No haremos preguntas. Para comunicarse con nosotros, llame al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  wrongPerson: 'Disculpe la molestia. No volveremos a llamar a este número para esa persona. Adiós.',
  optedOut: 'Llamadas detenidas.',
  staffCallback:
    'Nuestro personal le devolverá la llamada. También puede llamarnos al {callback}. En una emergencia, cuelgue y marque 9 1 1. Adiós.',
  identityFailed:
    'Lo sentimos, no pudimos confirmar quién es usted y no podemos continuar. Llame a nuestro personal al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  fault:
    'Lo sentimos, algo falló de nuestro lado. Nuestro personal le devolverá la llamada. En una emergencia, cuelgue y marque 9 1 1. Adiós.',
};

export const callTexts: Readonly<Record<Language, CallTexts>> = { en, es };

/** The text with its marks filled from the plan. Numbers are spoken digit by digit. */
export function say(text: string, plan: CallPlan): string {
  return text
    .replaceAll('{clinic}', () => plan.clinic.name)
    .replaceAll('{first_name}', () => plan.patient.firstName ?? '')
    .replaceAll('{callback}', () => spokenNumber(plan.clinic.callbackNumber));
}

/** `+12025550100` → `2 0 2, 5 5 5, 0 1 0 0`. */
export function spokenNumber(number: string): string {
  const digits = number.replace(/^\+1(?=\d{10}$)/, '').replace(/\D/g, '');
  const groups = digits.length === 10 ? [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)] : [digits];
  return groups.map((group) => [...group].join(' ')).join(', ');
}

/** A generous estimate of how long a prompt takes to speak, in milliseconds: slow speech is 12 characters a second. */
export const promptEstimateMs = (text: string): number => 1000 + Math.ceil((text.length / 12) * 1000);
