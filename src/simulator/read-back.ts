/** Whether a read-back holds what was said, as an ear would judge: without case, punctuation or markup. */
export function holdsWords(prompt: string, said: readonly string[]): boolean {
  const words = plain(said.join(' '));
  return words !== '' && ` ${plain(prompt)} `.includes(` ${words} `);
}

function plain(text: string): string {
  return text
    .replace(/<[^>]*>/g, ' ')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}']+/gu, ' ')
    .trim();
}
