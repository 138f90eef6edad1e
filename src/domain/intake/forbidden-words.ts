/**
 * What no text of a call may say, as patterns (`match-phrases.ts`) in both languages; negated or not makes no difference here.
 * Three lists hold everywhere; the last before the patient is known, when a stranger may be listening (HS-15).
 */
import type { Language } from './questionnaire.ts';

type WordList = Readonly<Record<Language, readonly string[]>>;

/** CL-12: no advice, diagnosis, reassurance or dosing. */
export const CLINICAL_WORDS: WordList = {
  en: [
    'you should|must|ought',
    'you ... need|have to ... take|see|go|stop|start|rest|drink|eat',
    'recommend*|advise*|advice|suggest*',
    "don't|not|nothing ... worry",
    'no need to worry',
    'nothing serious',
    'you|it|everything will|are|is|be ... fine|okay|alright',
    "you're|everything's|it's fine|okay|alright",
    'it is nothing',
    'calm down|relax',
    'diagnos*',
    'probably|likely ... have|is|be',
    'sounds|looks like',
    'prescri*',
    'dose|doses|dosage|dosing',
    'milligram*|mg|milliliter*|ml',
    'stop|start|keep|continue|skip taking',
    'take ... tablet|tablets|pill|pills|aspirin|tylenol|ibuprofen',
    'treatment|treatments|cure|cures|remedy',
  ],
  es: [
    'usted|le debe|deberia|conviene',
    'debe|deberia|tiene que ... tomar|ir|ver|dejar|descansar|beber|comer',
    'recomend*|aconsej*|consejo|consejos|suger*|sugier*',
    'no ... preocup*',
    'nada grave|serio',
    'no es nada',
    'todo|usted|va|estara ... estara|estar|esta|saldra bien',
    'calmese|tranquilo|tranquila|tranquilicese',
    'diagnos*',
    'probablemente|seguramente',
    'parece que ... tiene',
    'receta|recetas|recetar|recetamos',
    'dosis|dosificacion',
    'miligramo*|mg|mililitro*|ml',
    'deje|suspenda|empiece|comience|siga|continue ... tomando|tomar',
    'tome ... tableta|tabletas|pastilla|pastillas|aspirina|ibuprofeno',
    'tratamiento|tratamientos|remedio|remedios',
  ],
};

/** TC-03: a care call sells nothing. */
export const MARKETING_WORDS: WordList = {
  en: [
    'offer|offers|sale|sales|discount*|promotion*|promo|coupon*|bargain*|deal|deals',
    'price|prices|pricing|cost|costs|dollar|dollars|cents|percent',
    'free of charge|gift|trial|offer',
    'buy|purchase|order now|upgrade*|subscribe|subscription|membership',
    'limited time',
    'special rate|price|deal',
    'save money|up',
    'win|winner|prize|reward|rewards|gift',
    'sign up|sponsor*',
  ],
  es: [
    'oferta|ofertas|descuento*|promocion*|rebaja*|cupon*|ganga*',
    'precio|precios|cuesta|costo|costos|dolar|dolares|centavos',
    'por ciento|gratis|gratuito|gratuita',
    'compre|comprar|compra|adquiera|suscribase|suscripcion|membresia',
    'tiempo limitado',
    'ahorre|ahorrar ... dinero|hasta',
    'gane|ganar|premio|premios|regalo|regalos|recompensa*',
    'inscribase|patrocin*',
  ],
};

/** T05: whoever imitates us asks for these, so we never do; who somebody is their birth date tells. */
export const SECRET_WORDS: WordList = {
  en: [
    'social security|ssn',
    'credit|debit|bank|card|account|routing ... card|account|number',
    'password|passwords|passcode|pin',
    'insurance|policy|member|medicare|medicaid ... number|id|card',
    "driver's|drivers license",
  ],
  es: [
    'seguro social',
    'tarjeta|cuenta ... credito|debito|bancaria|banco',
    'numero de ... tarjeta|cuenta|poliza|asegurado|seguro|medicare|medicaid',
    'contrasena|contrasenas|nip|pin',
    'licencia de conducir|manejar',
  ],
};

/** HS-15, HS-16: nothing of the visit, the patient's health or the record. */
export const PATIENT_WORDS: WordList = {
  en: [
    'visit|visits|appointment*|doctor|doctors|nurse|pain|medical|medicine*|medication*|result|results|test|tests|treat*',
    'surgery|symptom*|illness|disease|condition|diagnos*|prescri*|allerg*|health|care|therapy|pregnan*|cancer|patient',
  ],
  es: [
    'visita|visitas|cita|citas|doctor|doctora|medico|medica|enfermera|enfermero|dolor|medicina*|medicamento*|resultado*',
    'prueba|pruebas|examen*|tratamiento*|cirugia|sintoma*|enfermedad|condicion|diagnos*|receta*|alergi*|salud|terapia',
    'embaraz*|cancer|paciente',
  ],
};
