/** Only a path of this very site; anything else leads to the start page. */
export function safeRedirect(wanted: string | null): string {
  const base = 'http://localhost';
  if (wanted === null || !wanted.startsWith('/') || !URL.canParse(wanted, base)) return '/';
  const url = new URL(wanted, base);
  // `/.//host` keeps its origin here, and would leave it as `//host`.
  return url.origin === base && !url.pathname.startsWith('//') ? url.pathname + url.search + url.hash : '/';
}
