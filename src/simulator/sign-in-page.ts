/** The pages of the Access stand-in: sign in and signed out. Plain HTML, usable with a keyboard and a screen reader alone. */
export interface Person {
  readonly email: string;
  readonly name?: string;
  /** Shown beside the name, such as the role. */
  readonly note?: string;
}

export function signInPage(people: readonly Person[], redirect: string, problem = ''): string {
  const hidden = `<input type="hidden" name="redirect" value="${escapeHtml(redirect)}">`;
  const buttons = people.map(
    (person) => `<li><button name="email" value="${escapeHtml(person.email)}">
      <strong>${escapeHtml(person.name ?? person.email)}</strong>
      <span>${escapeHtml([person.note, person.email].filter(Boolean).join(' · '))}</span></button></li>`,
  );
  const form = '<form method="post" action="/cdn-cgi/access/login">';
  return page(
    'Sign in',
    `<h1>Sign in</h1>
    <p>This page stands in for Cloudflare Access on this machine. Choose who you are.</p>
    ${problem === '' ? '' : `<p role="alert">${escapeHtml(problem)}</p>`}
    ${buttons.length === 0 ? '' : `${form}${hidden}<ul>${buttons.join('')}</ul></form>`}
    ${form}${hidden}
      <label for="email">Another e-mail address</label>
      <div class="row"><input id="email" name="email" type="email" autocomplete="email" required><button>Sign in</button></div>
    </form>`,
  );
}

export function signedOutPage(): string {
  return page('Signed out', '<h1>Signed out</h1><p><a href="/cdn-cgi/access/login?redirect=%2F">Sign in again</a></p>');
}

function page(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · local Access</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f4f5f7, #16181d); }
  main { width: min(26rem, calc(100vw - 3rem)); padding: 2rem; border-radius: 12px; background: light-dark(#fff, #22252c); box-shadow: 0 1px 4px #0003; }
  h1 { margin: 0; font-size: 1.4rem; }
  ul { list-style: none; margin: 1rem 0; padding: 0; display: grid; gap: .5rem; }
  button, input { font: inherit; border-radius: 8px; border: 1px solid light-dark(#767b85, #8a909c); padding: .55rem .8rem; color: inherit; background: transparent; }
  button { cursor: pointer; text-align: start; }
  button:hover { background: light-dark(#eef1f6, #2c3039); }
  li button { width: 100%; }
  li span { display: block; font-size: .85rem; opacity: .8; }
  label { display: block; margin: 1rem 0 .3rem; }
  .row { display: flex; gap: .5rem; }
  .row input { flex: 1; min-width: 0; }
  [role=alert] { color: light-dark(#a4121f, #ff9aa2); }
  :focus-visible { outline: 3px solid light-dark(#1f5fd0, #8db4ff); outline-offset: 2px; }
</style>
</head>
<body><main>${main}</main></body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
