/** The forms in which a text can lie about unseen: as it is, in hex, in base64 at every alignment, percent-encoded, UTF-16. */
export function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString('hex');
  const wide = [...text].map((character) => `${character}\0`).join('');
  const forms = [
    text,
    hex,
    hex.toUpperCase(),
    encodeURIComponent(text),
    text.replaceAll(' ', '+'),
    wide,
    ...base64Forms(bytes),
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
