/**
 * The forms in which a text can lie about unseen: as it is, backwards, in hex, in base64 at every alignment, percent-encoded, as HTML or
 * JSON spells what it escapes, UTF-16 either way round.
 */
export function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString('hex');
  const characters = [...text];
  const codes = characters.map((character) => character.charCodeAt(0));
  const escaped = codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
  const forms = [
    text,
    characters.toReversed().join(''),
    hex,
    hex.toUpperCase(),
    encodeURIComponent(text),
    codes.map((code) => `%${code.toString(16)}`).join(''),
    codes.map((code) => `&#${code};`).join(''),
    text.replaceAll(' ', '+'),
    escaped,
    escaped.toUpperCase().replaceAll('\\U', '\\u'),
    characters.join('\0'),
    ...base64Forms(bytes),
    ...base64Forms(Buffer.from(text, 'utf16le')),
  ];
  // Forms too short to mean anything would be found anywhere.
  return [...new Set(forms)].filter((form) => form.length >= 6);
}

/** Base64 of the text wherever it begins in a group of three bytes, without the characters its neighbours have a part in. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = shifted.toString('base64');
    const first = Math.ceil((shift * 8) / 6);
    const inner = whole.slice(first, Math.floor((shifted.length * 8) / 6));
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
