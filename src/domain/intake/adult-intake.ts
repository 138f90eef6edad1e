/**
 * The shipped questionnaire, version 1: history of present illness, AMPLE, family history.
 * A published version is never edited: a change is a new version. Each text fits one phone prompt, in plain words.
 */
import { adultRedFlags } from './adult-red-flags.ts';
import { type Code, ITEM_CODE_SYSTEM, type Questionnaire } from './questionnaire.ts';

const YES_NO_EN = 'Press 1 for yes, 2 for no, or 3 if you are not sure.';
const YES_NO_ES = 'Oprima 1 para sí, 2 para no, o 3 si no sabe.';

const own = (code: string, display: string): Code => ({ system: ITEM_CODE_SYSTEM, code, display });
const loinc = (code: string, display: string): Code => ({ system: 'http://loinc.org', code, display });

export const adultIntake: Questionnaire = {
  id: 'adult-intake',
  version: 1,
  title: { en: 'Adult intake', es: 'Admisión de adultos' },
  items: [
    {
      id: 'hpi.chief_complaint',
      type: 'voice',
      text: {
        en: 'Please tell us, in your own words, the main reason for your visit. Press pound when you are done.',
        es: 'Díganos, en sus propias palabras, el motivo principal de su visita. Oprima la tecla numeral al terminar.',
      },
      codes: [
        own('hpi.chief_complaint', 'Main reason for the visit'),
        loinc('10154-3', 'Chief complaint Narrative - Reported'),
      ],
    },
    {
      id: 'hpi.symptom_duration',
      type: 'choice',
      text: {
        en: 'How long have you had this problem? For less than one day, press 1. For one to three days, press 2. For four to seven days, press 3. For more than one week, press 4.',
        es: '¿Desde cuándo tiene este problema? Si es menos de un día, oprima 1. De uno a tres días, oprima 2. De cuatro a siete días, oprima 3. Más de una semana, oprima 4.',
      },
      options: [
        { key: '1', value: 'less_than_1_day', display: { en: 'Less than one day', es: 'Menos de un día' } },
        { key: '2', value: '1_to_3_days', display: { en: 'One to three days', es: 'De uno a tres días' } },
        { key: '3', value: '4_to_7_days', display: { en: 'Four to seven days', es: 'De cuatro a siete días' } },
        { key: '4', value: 'more_than_1_week', display: { en: 'More than one week', es: 'Más de una semana' } },
      ],
      codes: [own('hpi.symptom_duration', 'How long the problem has lasted')],
    },
    {
      id: 'hpi.pain_level',
      type: 'number',
      minimum: 0,
      maximum: 10,
      text: {
        en: 'On a scale from 0 to 10, where 0 is no pain and 10 is the worst pain you can imagine, how strong is your pain? Enter the number, then press pound.',
        es: 'En una escala de 0 a 10, donde 0 es nada de dolor y 10 es el peor dolor que pueda imaginar, ¿qué tan fuerte es su dolor? Marque el número y oprima la tecla numeral.',
      },
      codes: [
        own('hpi.pain_level', 'Pain from 0 to 10'),
        loinc('72514-3', 'Pain severity - 0-10 verbal numeric rating [Score] - Reported'),
        { system: 'http://snomed.info/sct', code: '225908003', display: 'Pain score' },
      ],
    },
    {
      id: 'ample.allergies',
      type: 'yes_no',
      text: { en: `Do you have any allergies? ${YES_NO_EN}`, es: `¿Tiene alguna alergia? ${YES_NO_ES}` },
      codes: [own('ample.allergies', 'Any allergies')],
    },
    {
      id: 'ample.allergies_detail',
      type: 'voice',
      whenYes: 'ample.allergies',
      text: {
        en: 'Please name your allergies. Press pound when you are done.',
        es: 'Diga cuáles son sus alergias. Oprima la tecla numeral al terminar.',
      },
      codes: [
        own('ample.allergies_detail', 'Which allergies'),
        loinc('48765-2', 'Allergies and adverse reactions Document'),
      ],
    },
    {
      id: 'ample.medications',
      type: 'yes_no',
      text: { en: `Do you take any medicines? ${YES_NO_EN}`, es: `¿Toma algún medicamento? ${YES_NO_ES}` },
      codes: [own('ample.medications', 'Any medicines')],
    },
    {
      id: 'ample.medications_detail',
      type: 'voice',
      whenYes: 'ample.medications',
      text: {
        en: 'Please name the medicines you take. Press pound when you are done.',
        es: 'Diga qué medicamentos toma. Oprima la tecla numeral al terminar.',
      },
      codes: [
        own('ample.medications_detail', 'Which medicines'),
        loinc('10160-0', 'History of Medication use Narrative'),
      ],
    },
    {
      id: 'ample.past_medical_history',
      type: 'yes_no',
      text: {
        en: `Have you had any serious illness or surgery before? ${YES_NO_EN}`,
        es: `¿Ha tenido antes alguna enfermedad grave o cirugía? ${YES_NO_ES}`,
      },
      codes: [own('ample.past_medical_history', 'Serious illness or surgery before')],
    },
    {
      id: 'ample.past_medical_history_detail',
      type: 'voice',
      whenYes: 'ample.past_medical_history',
      text: {
        en: 'Please tell us about it. Press pound when you are done.',
        es: 'Cuéntenos al respecto. Oprima la tecla numeral al terminar.',
      },
      codes: [
        own('ample.past_medical_history_detail', 'Which illness or surgery'),
        loinc('11348-0', 'History of Past illness Narrative'),
      ],
    },
    {
      id: 'ample.last_meal',
      type: 'choice',
      text: {
        en: 'When did you last eat? Within the last hour, press 1. One to three hours ago, press 2. Three to six hours ago, press 3. More than six hours ago, press 4.',
        es: '¿Cuándo comió por última vez? En la última hora, oprima 1. Hace una a tres horas, oprima 2. Hace tres a seis horas, oprima 3. Hace más de seis horas, oprima 4.',
      },
      options: [
        { key: '1', value: 'within_1_hour', display: { en: 'Within one hour', es: 'En la última hora' } },
        { key: '2', value: '1_to_3_hours', display: { en: 'One to three hours ago', es: 'Hace una a tres horas' } },
        { key: '3', value: '3_to_6_hours', display: { en: 'Three to six hours ago', es: 'Hace tres a seis horas' } },
        {
          key: '4',
          value: 'more_than_6_hours',
          display: { en: 'More than six hours ago', es: 'Hace más de seis horas' },
        },
      ],
      codes: [own('ample.last_meal', 'Time since the last meal')],
    },
    {
      id: 'ample.events',
      type: 'voice',
      text: {
        en: 'Please tell us what happened before the problem began. Press pound when you are done.',
        es: 'Cuéntenos qué pasó antes de que empezara el problema. Oprima la tecla numeral al terminar.',
      },
      codes: [own('ample.events', 'What happened before the problem began')],
    },
    {
      id: 'family_history.heart_disease',
      type: 'yes_no',
      text: {
        en: `Has anyone in your close family had heart disease? ${YES_NO_EN}`,
        es: `¿Alguien de su familia cercana ha tenido enfermedad del corazón? ${YES_NO_ES}`,
      },
      codes: [own('family_history.heart_disease', 'Heart disease in the close family')],
    },
    {
      id: 'family_history.diabetes',
      type: 'yes_no',
      text: {
        en: `Has anyone in your close family had diabetes? ${YES_NO_EN}`,
        es: `¿Alguien de su familia cercana ha tenido diabetes? ${YES_NO_ES}`,
      },
      codes: [own('family_history.diabetes', 'Diabetes in the close family')],
    },
    {
      id: 'family_history.cancer',
      type: 'yes_no',
      text: {
        en: `Has anyone in your close family had cancer? ${YES_NO_EN}`,
        es: `¿Alguien de su familia cercana ha tenido cáncer? ${YES_NO_ES}`,
      },
      codes: [own('family_history.cancer', 'Cancer in the close family')],
    },
  ],
  redFlags: adultRedFlags,
  voicemail: 'message',
};
