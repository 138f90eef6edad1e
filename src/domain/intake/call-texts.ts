/**
 * What a call says besides the questionnaire's items, in every language; a missing one does not compile (CL-14).
 * No advice, no reassurance, nothing about the visit before the patient is known (HS-15). A questionnaire may bring its own
 * wording of any of them. `{name}` marks are filled by `say`. Changing a consent text means a new `wording` id: the note
 * names the words the patient heard.
 */
import type { CallPlan } from './call-plan.ts';
import type { Language, Questionnaire } from './questionnaire.ts';

const en = {
  openingNamed:
    'This is an automated call from {clinic}. To stop these calls, press 9. In an emergency, hang up and dial 9 1 1. Para español, oprima tres. If you are {first_name}, press 1. If we have the wrong person, press 2. If you answer for {first_name}, press 0. For our staff, press 0.',
  openingUnnamed:
    'This is an automated call from {clinic}. To stop these calls, press 9. In an emergency, hang up and dial 9 1 1. Para español, oprima tres. If you expect this call, press 1. If we have the wrong person, press 2. For our staff, press 0.',
  openingInbound:
    'This is the automated line of {clinic}. To stop our calls to you, press 9. In an emergency, hang up and dial 9 1 1. Para español, oprima tres. If we asked you to answer some questions and you want to go on, press 1. For our staff, press 0, or call {callback}.',
  optOutLine:
    'This is the automated line of {clinic} to stop calls. To stop automated calls to the phone you are calling from, press 9, then pound. To stop calls to another phone, enter its ten digits, then pound. Para español, oprima tres y la tecla numeral. Our staff can be reached at {callback}. In an emergency, hang up and dial 9 1 1.',
  birthDate:
    'To be sure we speak to the right person, please enter your date of birth: two digits for the month, two for the day and four for the year. Then press pound.',
  consent:
    'We would like to ask you some questions and write down your answers for your care team. You can call us at {callback}. At any time, star star repeats a question, star eight stops the recording, star zero asks for our staff, and star nine stops these calls. To go on and let us record this call, press 1. To go on without recording, press 2. If you do not want to go on, press 3.',
  commands:
    'Press star to repeat the question, 7 to skip it, 8 to stop recording, 0 for our staff, or 9 to stop these calls.',
  recordingStopped: 'The recording has been stopped.',
  invalid: 'Sorry, we could not use that entry.',
  silent: 'Sorry, we did not get an answer.',
  confirm: 'We heard: {words}. To keep this, press 1. To say it again, press 2. To skip it, press 3.',
  unsure: 'We may not have understood you well, so please listen carefully.',
  redFlag911:
    'What you told us may be an emergency. If it is, hang up now and dial 9 1 1. To speak with our staff now, press 1. To go on with the questions, press 2.',
  redFlag988:
    'If you are thinking of harming yourself, help is there at any hour: hang up and dial 9 8 8. If you are in danger now, hang up and dial 9 1 1. To speak with our staff now, press 1. To go on with the questions, press 2.',
  redFlag911Callback:
    'What you told us may be an emergency. If it is, hang up now and dial 9 1 1. Our staff cannot be reached by phone right now. To have them call you back, press 1. To go on with the questions, press 2.',
  redFlag988Callback:
    'If you are thinking of harming yourself, help is there at any hour: hang up and dial 9 8 8. If you are in danger now, hang up and dial 9 1 1. Our staff cannot be reached by phone right now. To have them call you back, press 1. To go on with the questions, press 2.',
  hold: 'Please hold while we call our staff for you. In an emergency, hang up and dial 9 1 1.',
  staffBusy:
    'We are sorry, our staff could not take your call. They will call you back. In an emergency, hang up and dial 9 1 1. We now go on where we were.',
  voicemail:
    'Hello. This is an automated call from {clinic}. Please call us at {callback}. To stop our automated calls, dial {opt_out}. In an emergency, dial 9 1 1. Thank you.',
  closing:
    'Thank you. Those were all our questions. Your care team will read your answers. If your condition gets worse, call us at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  partialClosing:
    'We will stop here. Your care team will see the answers you gave. To go on later, call back the number that rang you, or reach us at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  timeLimit:
    'We have come to the end of the time for this call. Your care team will see the answers you gave. To finish later, call back the number that rang you, or reach us at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  callerClosing: 'To reach our staff, call {callback}. In an emergency, dial 9 1 1. Goodbye.',
  declined:
    'That is fine. We will not ask any questions. To reach us, call {callback}. In an emergency, dial 9 1 1. Goodbye.',
  wrongPerson:
    'We are sorry to have troubled you. We will not call this number for that person again. To stop all our calls, dial {opt_out}. To reach our staff, call {callback}. Goodbye.',
  optedOut: 'Calls stopped.',
  optedOut911: 'Calls stopped. What you told us may be an emergency. If it is, hang up now and dial 9 1 1.',
  optedOut988:
    'Calls stopped. If you are thinking of harming yourself, help is there at any hour: dial 9 8 8. If you are in danger now, dial 9 1 1.',
  staffCallback:
    'Our staff will call you back. You can also reach us at {callback}. In an emergency, hang up and dial 9 1 1. Goodbye.',
  staffCallback988:
    'Our staff will call you back. Until then, help is there at any hour: dial 9 8 8. If you are in danger, hang up and dial 9 1 1. You can also reach us at {callback}. Goodbye.',
  identityFailed:
    'We are sorry, we could not confirm who you are, so we cannot go on. Please call our staff at {callback}. In an emergency, dial 9 1 1. Goodbye.',
  fault:
    'We are sorry, something went wrong on our side. Our staff will call you back. In an emergency, hang up and dial 9 1 1. Goodbye.',
} as const;

/** The names of the texts; the English ones are the list, and every other language must have each. */
export type ScriptText = keyof typeof en;

const es: Readonly<Record<ScriptText, string>> = {
  openingNamed:
    'Esta es una llamada automática de {clinic}. Para no recibir más llamadas, oprima 9. En una emergencia, cuelgue y marque 9 1 1. For English, press three. Si usted es {first_name}, oprima 1. Si no es la persona que buscamos, oprima 2. Si contesta por {first_name}, oprima 0. Para hablar con nuestro personal, oprima 0.',
  openingUnnamed:
    'Esta es una llamada automática de {clinic}. Para no recibir más llamadas, oprima 9. En una emergencia, cuelgue y marque 9 1 1. For English, press three. Si usted espera esta llamada, oprima 1. Si no es la persona que buscamos, oprima 2. Para hablar con nuestro personal, oprima 0.',
  openingInbound:
    'Esta es la línea automática de {clinic}. Para no recibir más llamadas nuestras, oprima 9. En una emergencia, cuelgue y marque 9 1 1. For English, press three. Si le pedimos contestar unas preguntas y quiere continuar, oprima 1. Para nuestro personal, oprima 0, o llame al {callback}.',
  optOutLine:
    'Esta es la línea automática de {clinic} para detener llamadas. Para detener las llamadas automáticas al teléfono desde el que llama, oprima 9 y la tecla numeral. Para detenerlas en otro teléfono, marque sus diez dígitos y la tecla numeral. For English, press three, then pound. Nuestro personal le atiende en el {callback}. En una emergencia, cuelgue y marque 9 1 1.',
  birthDate:
    'Para confirmar que hablamos con la persona correcta, marque su fecha de nacimiento: dos dígitos para el mes, dos para el día y cuatro para el año. Luego oprima la tecla numeral.',
  consent:
    'Queremos hacerle algunas preguntas y anotar sus respuestas para su equipo médico. Puede llamarnos al {callback}. En cualquier momento, asterisco asterisco repite la pregunta, asterisco ocho detiene la grabación, asterisco cero pide hablar con nuestro personal, y asterisco nueve detiene estas llamadas. Para continuar y permitir que grabemos esta llamada, oprima 1. Para continuar sin grabación, oprima 2. Si no desea continuar, oprima 3.',
  commands:
    'Oprima asterisco para repetir la pregunta, 7 para omitirla, 8 para detener la grabación, 0 para nuestro personal, o 9 para no recibir más llamadas.',
  recordingStopped: 'La grabación se ha detenido.',
  invalid: 'Lo sentimos, no pudimos usar esa respuesta.',
  silent: 'Lo sentimos, no recibimos respuesta.',
  confirm: 'Escuchamos: {words}. Para guardarlo, oprima 1. Para decirlo otra vez, oprima 2. Para omitirlo, oprima 3.',
  unsure: 'Es posible que no le hayamos entendido bien; por favor, escuche con atención.',
  redFlag911:
    'Lo que nos dijo puede ser una emergencia. Si lo es, cuelgue ahora y marque 9 1 1. Para hablar ahora con nuestro personal, oprima 1. Para seguir con las preguntas, oprima 2.',
  redFlag988:
    'Si está pensando en hacerse daño, hay ayuda a cualquier hora: cuelgue y marque 9 8 8. Si está en peligro ahora, cuelgue y marque 9 1 1. Para hablar ahora con nuestro personal, oprima 1. Para seguir con las preguntas, oprima 2.',
  redFlag911Callback:
    'Lo que nos dijo puede ser una emergencia. Si lo es, cuelgue ahora y marque 9 1 1. Nuestro personal no puede atender llamadas en este momento. Para que le devuelvan la llamada, oprima 1. Para seguir con las preguntas, oprima 2.',
  redFlag988Callback:
    'Si está pensando en hacerse daño, hay ayuda a cualquier hora: cuelgue y marque 9 8 8. Si está en peligro ahora, cuelgue y marque 9 1 1. Nuestro personal no puede atender llamadas en este momento. Para que le devuelvan la llamada, oprima 1. Para seguir con las preguntas, oprima 2.',
  hold: 'Espere un momento mientras llamamos a nuestro personal. En una emergencia, cuelgue y marque 9 1 1.',
  staffBusy:
    'Lo sentimos, nuestro personal no pudo atender su llamada y se la devolverá. En una emergencia, cuelgue y marque 9 1 1. Seguimos ahora donde estábamos.',
  voicemail:
    'Hola. Esta es una llamada automática de {clinic}. Por favor llámenos al {callback}. Para no recibir más llamadas automáticas, marque {opt_out}. En una emergencia, marque 9 1 1. Gracias.',
  closing:
    'Gracias. Esas fueron todas las preguntas. Su equipo médico leerá sus respuestas. Si su estado empeora, llámenos al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  partialClosing:
    'Terminamos aquí. Su equipo médico verá las respuestas que dio. Para continuar después, llame al número que le llamó, o comuníquese al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  timeLimit:
    'Llegamos al final del tiempo de esta llamada. Su equipo médico verá las respuestas que dio. Para terminar después, llame al número que le llamó, o comuníquese al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  callerClosing: 'Para comunicarse con nuestro personal, llame al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  declined:
    'De acuerdo. No haremos preguntas. Para comunicarse con nosotros, llame al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  wrongPerson:
    'Disculpe la molestia. No volveremos a llamar a este número para esa persona. Para detener todas nuestras llamadas, marque {opt_out}. Para nuestro personal, llame al {callback}. Adiós.',
  optedOut: 'Llamadas detenidas.',
  optedOut911: 'Llamadas detenidas. Lo que nos dijo puede ser una emergencia. Si lo es, cuelgue ahora y marque 9 1 1.',
  optedOut988:
    'Llamadas detenidas. Si está pensando en hacerse daño, hay ayuda a cualquier hora: marque 9 8 8. Si está en peligro ahora, marque 9 1 1.',
  staffCallback:
    'Nuestro personal le devolverá la llamada. También puede llamarnos al {callback}. En una emergencia, cuelgue y marque 9 1 1. Adiós.',
  staffCallback988:
    'Nuestro personal le devolverá la llamada. Hasta entonces hay ayuda a cualquier hora: marque 9 8 8. Si está en peligro, cuelgue y marque 9 1 1. También puede llamarnos al {callback}. Adiós.',
  identityFailed:
    'Lo sentimos, no pudimos confirmar quién es usted y no podemos continuar. Llame a nuestro personal al {callback}. En una emergencia, marque 9 1 1. Adiós.',
  fault:
    'Lo sentimos, algo falló de nuestro lado. Nuestro personal le devolverá la llamada. En una emergencia, cuelgue y marque 9 1 1. Adiós.',
};

export const callTexts: Readonly<Record<Language, Readonly<Record<ScriptText, string>>>> = { en, es };

/** The questionnaire's own wording, or the shipped one. */
export const scriptText = (questionnaire: Pick<Questionnaire, 'texts'>, language: Language, name: ScriptText): string =>
  questionnaire.texts?.[name]?.[language] ?? callTexts[language][name];

/** Names the words of the consent the patient heard, e.g. `consent-en-1`. */
export function consentWording(questionnaire: Questionnaire, language: Language): string {
  const own = questionnaire.texts?.consent !== undefined;
  return own ? `consent-${language}-${questionnaire.id}-${questionnaire.version}` : `consent-${language}-1`;
}

/** A text of the script with its marks filled from the plan. Numbers are spoken digit by digit. */
export function say(plan: CallPlan, language: Language, name: ScriptText): string {
  return scriptText(plan.questionnaire, language, name)
    .replaceAll('{clinic}', () => plan.clinic.name)
    .replaceAll('{first_name}', () => plan.patient.firstName ?? '')
    .replaceAll('{callback}', () => spokenNumber(plan.clinic.callbackNumber))
    .replaceAll('{opt_out}', () => spokenNumber(plan.clinic.optOutNumber));
}

/** `+12025550100` → `2 0 2, 5 5 5, 0 1 0 0`. */
export function spokenNumber(number: string): string {
  const digits = number.replace(/^\+1(?=\d{10}$)/, '').replace(/\D/g, '');
  const groups = digits.length === 10 ? [digits.slice(0, 3), digits.slice(3, 6), digits.slice(6)] : [digits];
  return groups.map((group) => [...group].join(' ')).join(', ');
}

/** A generous estimate of how long a prompt takes to speak, in milliseconds: slow speech is 12 characters a second. */
export const promptEstimateMs = (text: string): number => 1000 + Math.ceil((text.length / 12) * 1000);
