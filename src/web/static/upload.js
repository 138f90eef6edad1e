/*
 * Sends the files of a form one after another, each in a request of its own, and says how far it is. Without this the form sends one.
 * Loaded on the page that has such a form, after htmx. Nothing is stored or logged.
 */
(() => {
  const form = document.querySelector('form[data-send-each]');
  if (!form) return;
  const input = form.elements.namedItem('file');
  const list = form.querySelector('[data-sending]');
  const button = form.querySelector('[type="submit"]');
  input.multiple = true;
  form.querySelector('[data-if-script]').textContent = '(one or several files)';

  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const files = [...input.files];
    if (files.length === 0 || button.disabled) return;
    button.disabled = true;
    list.replaceChildren();
    const lines = files.map(lineOf);
    for (const [i, file] of files.entries()) await send(file, lines[i]);
    button.disabled = false;
    input.value = '';
    // The button was disabled meanwhile: whoever works by keyboard goes on from here.
    if (document.activeElement === document.body) button.focus();
  });

  function lineOf(file) {
    const line = document.createElement('li');
    const name = document.createElement('span');
    name.className = 'sending-name';
    name.textContent = file.name;
    const told = document.createElement('span');
    told.className = 'sending-told';
    told.textContent = 'waits';
    line.append(name, told);
    list.append(line);
    return { line, told };
  }

  async function send(file, { line, told }) {
    const progress = document.createElement('progress');
    progress.max = 1;
    progress.value = 0;
    progress.setAttribute('aria-label', `Sending ${file.name}`);
    told.replaceChildren(progress);
    const { status, answer } = await post(file, (part) => {
      progress.value = part;
    });
    if (status === 202) {
      told.textContent = 'sent';
      line.className = 'is-sent';
      show(answer.transcription_id);
      return;
    }
    told.textContent = problemIn(status, answer);
    line.className = 'is-refused';
  }

  function post(file, tell) {
    const body = new FormData();
    body.append('language', form.elements.namedItem('language').value);
    body.append('file', file, file.name);
    const request = new XMLHttpRequest();
    return new Promise((resolve) => {
      request.open('POST', form.dataset.sendEach);
      request.upload.addEventListener('progress', ({ loaded, total }) => tell(total > 0 ? loaded / total : 0));
      request.addEventListener('loadend', () => {
        let answer = null;
        try {
          answer = JSON.parse(request.responseText);
        } catch {
          // Nothing that we would have sent.
        }
        resolve({ status: request.status, answer });
      });
      request.send(body);
    });
  }

  function problemIn(status, answer) {
    if (answer === null || status === 401)
      return 'not sent: the service cannot be reached, or your sign-in has ended. Load the page again.';
    return `not taken: ${answer.errors?.[0]?.detail ?? answer.detail ?? `the service refused it (${answer.code}). Try again later.`}`;
  }

  /** On top of the files, in place of what is there of it already. */
  function show(id) {
    document.getElementById(id)?.remove();
    document.querySelector('main > .empty')?.remove();
    window.htmx.ajax('GET', form.dataset.shownAt + id, { target: '#uploads', swap: 'afterbegin' });
  }
})();
