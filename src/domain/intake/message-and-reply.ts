/**
 * The shipped questionnaire that plays the message a campaign brings, if it brings one, and takes a spoken reply: what the old
 * bulk caller did, with consent, opt-out and emergency line. The words stay neutral, so that the same call fits any reason; a
 * clinic that needs others makes its own version. A published version is never edited: version 1, which knew no message, stays
 * as it is in every store that has it.
 */
import { spokenRedFlags } from './adult-red-flags.ts';
import { type Code, ITEM_CODE_SYSTEM, type Questionnaire } from './questionnaire.ts';

const own = (code: string, display: string): Code => ({ system: ITEM_CODE_SYSTEM, code, display });

export const messageAndReply: Questionnaire = {
  id: 'message-and-reply',
  version: 2,
  title: { en: 'Message and reply', es: 'Mensaje y respuesta' },
  items: [
    {
      id: 'message.audio',
      type: 'message',
      audio: true,
      text: {
        en: 'Please listen to a message from your care team. To hear it again, press star star at any time.',
        es: 'Escuche por favor un mensaje de su equipo médico. Para oírlo otra vez, oprima asterisco asterisco en cualquier momento.',
      },
      codes: [own('message.audio', 'Recorded message was played')],
    },
    {
      id: 'message.reply',
      type: 'voice',
      limitSeconds: 40,
      text: {
        en: 'Your care team would like to know how you are doing, and if there is anything you want them to know. Please tell us now, in your own words. Press pound when you are done.',
        es: 'Su equipo médico quiere saber cómo está usted y si hay algo que desee decirles. Díganos ahora, en sus propias palabras. Oprima la tecla numeral al terminar.',
      },
      codes: [own('message.reply', 'Spoken reply to the message')],
    },
    {
      id: 'message.call_back',
      type: 'yes_no',
      text: {
        en: 'Would you like our staff to call you back? Press 1 for yes, 2 for no, or 3 if you are not sure.',
        es: '¿Quiere que nuestro personal le llame? Oprima 1 para sí, 2 para no, o 3 si no sabe.',
      },
      codes: [own('message.call_back', 'Asks to be called back')],
    },
  ],
  redFlags: spokenRedFlags,
  voicemail: 'message',
};
