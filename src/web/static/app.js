/* The two things htmx does not do: say when a page has stopped updating, and send a form as JSON. Nothing is stored or logged. */
(() => {
  const stale = document.getElementById('stale');
  const showStale = (isStale) => {
    if (stale) stale.hidden = !isStale;
  };
  document.addEventListener('htmx:responseError', () => showStale(true));
  document.addEventListener('htmx:sendError', () => showStale(true));
  document.addEventListener('htmx:afterSwap', () => showStale(false));

  document.querySelector('[data-reload]')?.addEventListener('click', () => window.location.reload());

  for (const block of document.querySelectorAll('[data-needs]')) {
    const control = document.getElementsByName(block.dataset.needs)[0];
    const update = () => {
      block.hidden = control.value === '';
      for (const input of block.querySelectorAll('input')) {
        input.required = !block.hidden;
        input.disabled = block.hidden;
      }
    };
    control.addEventListener('change', update);
    update();
  }

  for (const form of document.querySelectorAll('form[data-json]')) {
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void send(form);
    });
  }

  async function send(form) {
    const button = form.querySelector('[type="submit"]');
    button.disabled = true;
    clearProblems(form);
    try {
      const response = await fetch(form.dataset.json, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(bodyOf(form)),
      });
      const answer = await response.json();
      if (response.ok) window.location.assign(form.dataset.then + encodeURIComponent(answer.call_id));
      else showProblems(form, answer);
    } catch {
      showProblems(form, { code: 'unreachable' });
    } finally {
      button.disabled = false;
    }
  }

  /** `a.b` is field b of object a; what is empty is left out. */
  function bodyOf(form) {
    const body = {};
    for (const input of form.elements) {
      if (!input.name || input.disabled || input.value === '') continue;
      const path = input.name.split('.');
      const last = path.pop();
      let target = body;
      for (const part of path) {
        target[part] ??= {};
        target = target[part];
      }
      target[last] =
        input.dataset.date === undefined ? input.value.trim() : new Date(`${input.value}T00:00`).toISOString();
    }
    return body;
  }

  function clearProblems(form) {
    form.querySelector('[data-problem]').hidden = true;
    for (const input of form.elements) input.removeAttribute('aria-invalid');
  }

  const REASONS = {
    invalid: 'Please check the marked fields.',
    no_consent: 'No consent to call this number is on file. State it below.',
    outside_hours: 'It is outside calling hours for this number.',
    suppressed: 'This number asked not to be called.',
    already_reserved: 'This number is already being called.',
    capacity: 'All lines are in use. Try again shortly.',
    frequency: 'This number has been called often enough for now.',
    unreachable: 'The service cannot be reached. Try again.',
  };

  function showProblems(form, problem) {
    const notice = form.querySelector('[data-problem]');
    notice.textContent = REASONS[problem.code] ?? `The call was not placed (${problem.code}).`;
    notice.hidden = false;
    for (const { pointer } of problem.errors ?? []) {
      const input = form.elements.namedItem(pointer.slice(1).replaceAll('/', '.'));
      if (input) input.setAttribute('aria-invalid', 'true');
    }
    const first = form.querySelector('[aria-invalid]');
    if (first) first.focus();
  }
})();
