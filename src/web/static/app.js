/*
 * What htmx does not do: say when a page has stopped updating, keep what the reader has opened, and send a form as JSON.
 * Loaded after htmx. Nothing is stored or logged.
 */
(() => {
  // The path of the page, which htmx writes as it loads and reads only for its history, which is off.
  sessionStorage.removeItem('htmx-current-path-for-history');

  // Several parts of a page update by themselves: it is stale while any of them does not.
  const stale = document.getElementById('stale');
  const failing = new Set();
  const showStale = (part, isStale) => {
    if (isStale) failing.add(part);
    else failing.delete(part);
    if (stale) stale.hidden = failing.size === 0;
  };
  const partOf = (event) => event.detail.requestConfig?.elt.id ?? '';
  // What somebody asked for and did not get is said until it is done; a poll that works later says nothing about it.
  const notDone = document.getElementById('not-done');
  const isAsked = (event) => event.detail.requestConfig?.verb === 'post';
  const showFailure = (event) => {
    if (notDone && isAsked(event)) notDone.hidden = false;
    else showStale(partOf(event), true);
    if (isAsked(event)) keepFocus(event.detail.elt);
  };
  document.addEventListener('htmx:responseError', showFailure);
  document.addEventListener('htmx:sendError', showFailure);
  document.addEventListener('htmx:afterSwap', (event) => {
    showStale(partOf(event), false);
    tellNews();
    if (!isAsked(event)) return;
    if (notDone) notDone.hidden = true;
    const { thenFocus = '' } = event.detail.requestConfig.elt.dataset;
    keepFocus(markProblems() ?? document.getElementById(thenFocus) ?? document.getElementById('outcome'));
  });

  /** What an answer says is wrong with a field of a form that stays; the first such field. */
  function markProblems() {
    const places = [...document.querySelectorAll('[data-problem-of]')];
    const controls = places.map((place) => document.getElementById(place.dataset.problemOf));
    for (const [i, place] of places.entries()) {
      if (place.textContent === '') controls[i]?.removeAttribute('aria-invalid');
      else controls[i]?.setAttribute('aria-invalid', 'true');
    }
    return document.querySelector('main [aria-invalid="true"]');
  }

  // The button that was pressed is gone or has been disabled meanwhile: whoever works by keyboard goes on from here.
  function keepFocus(element) {
    if (document.activeElement === document.body) element?.focus();
  }

  // What came by itself and cannot wait is read out once, from a place that no poll replaces.
  const newsOf = () => [...document.querySelectorAll('[data-news]')].map((part) => part.dataset.news).join(' ');
  let known = newsOf();
  function tellNews() {
    const news = newsOf();
    if (news === known) return;
    known = news;
    const place = document.getElementById('news');
    if (place) place.textContent = news;
  }

  // A form that is on its way is not sent again by a second press; after some seconds it can be, should nothing have come of it.
  const ON_ITS_WAY_MS = 5000;
  document.addEventListener('submit', (event) => {
    const { target: form } = event;
    if (event.defaultPrevented || form.method !== 'post' || form.hasAttribute('hx-post')) return;
    if (form.dataset.sent !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = '';
    setTimeout(() => delete form.dataset.sent, ON_ITS_WAY_MS);
  });
  window.addEventListener('pageshow', () => {
    for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
  });

  const menu = document.querySelector('[data-menu]');
  menu?.addEventListener('click', () => {
    menu.setAttribute('aria-expanded', String(menu.getAttribute('aria-expanded') !== 'true'));
  });

  document.querySelector('[data-reload]')?.addEventListener('click', () => window.location.reload());

  // What a poll leaves in its place is moved for a moment, and some browsers then forget where somebody was writing.
  let writingIn = null;
  document.addEventListener('htmx:beforeSwap', (event) => {
    writingIn = isAsked(event) ? null : document.activeElement;
  });
  document.addEventListener('htmx:afterSwap', () => {
    if (writingIn?.isConnected) keepFocus(writingIn);
  });

  // A fragment comes as somebody would first see it; whoever has it before them keeps open what is open.
  const openById = new Map();
  document.addEventListener('htmx:beforeSwap', ({ target }) => {
    for (const part of target.querySelectorAll('details[id]')) openById.set(part.id, part.open);
  });
  document.addEventListener('htmx:afterSwap', () => {
    for (const part of document.querySelectorAll('details[id]')) part.open = openById.get(part.id) ?? part.open;
  });

  document.addEventListener('click', ({ target }) => {
    if (target.closest?.('[data-print]')) window.print();
  });

  // The recording: a second of it is heard by its button, and what is said stands out in the transcript while it plays.
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('[data-seek]');
    const player = document.getElementById('player');
    if (!button || !player) return;
    playFrom(player, Number(button.dataset.seek) / 1000);
  });

  function playFrom(player, seconds) {
    const begin = () => {
      player.currentTime = seconds;
      // Refused while the page has never been touched, or because another press came first: the player shows what it does.
      player.play().catch(() => {});
    };
    if (player.readyState >= HTMLMediaElement.HAVE_METADATA) {
      begin();
      return;
    }
    player.addEventListener('loadedmetadata', begin, { once: true });
    player.preload = 'auto';
    player.load();
  }

  // Media events do not bubble.
  document.addEventListener('timeupdate', ({ target }) => followTranscript(target), true);
  document.addEventListener('play', () => openTranscript(), true);
  document.addEventListener(
    'error',
    ({ target }) => {
      const problem = document.getElementById('player-problem');
      if (target.id === 'player' && problem) problem.hidden = false;
    },
    true,
  );
  document.addEventListener(
    'playing',
    () => {
      const problem = document.getElementById('player-problem');
      if (problem) problem.hidden = true;
    },
    true,
  );

  const isFollowing = () => document.getElementById('follow')?.checked === true;

  function openTranscript() {
    const said = document.getElementById('said');
    if (said && isFollowing()) said.open = true;
  }

  function followTranscript(player) {
    if (player.id !== 'player') return;
    const at = player.currentTime * 1000;
    // What was heard live and what was written down afterwards are two lists: each follows for itself.
    for (const list of document.querySelectorAll('.transcript')) {
      const lines = [...list.querySelectorAll('[data-offset]')];
      const now = lines.findLast((line) => Number(line.dataset.offset) <= at) ?? null;
      for (const line of lines) {
        if (line === now) line.setAttribute('aria-current', 'true');
        else line.removeAttribute('aria-current');
      }
      // Inside its own box: the page itself stays where its reader has it.
      if (now && isFollowing()) list.scrollTop = now.offsetTop - list.clientHeight / 3;
    }
  }

  // A trial of a questionnaire: the newest words are seen. And a line that something is wrong with is gone to in its editor.
  const showEnds = () => {
    for (const list of document.querySelectorAll('[data-scroll-end]')) list.scrollTop = list.scrollHeight;
  };
  document.addEventListener('htmx:afterSwap', showEnds);
  showEnds();
  document.addEventListener('click', ({ target }) => {
    const button = target.closest?.('[data-goto-line]');
    const editor = document.getElementById('definition');
    if (!button || !editor) return;
    const lines = editor.value.split('\n');
    const line = Math.min(Number(button.dataset.gotoLine), lines.length);
    const start = lines.slice(0, line - 1).join('\n').length + (line > 1 ? 1 : 0);
    editor.focus();
    editor.setSelectionRange(start, start + lines[line - 1].length);
    editor.scrollTop = (editor.scrollHeight / lines.length) * (line - 4);
  });

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
    form.addEventListener('input', ({ target }) => clearProblem(target));
  }

  async function send(form) {
    const button = form.querySelector('[type="submit"]');
    button.disabled = true;
    clearProblems(form);
    for (const input of form.querySelectorAll('[data-us-number]')) input.value = withCountry(input.value);
    try {
      const { ok, problem, answer } = await post(form.dataset.json, bodyOf(form));
      if (ok) window.location.assign(form.dataset.then + encodeURIComponent(answer[form.dataset.thenId]));
      else showProblems(form, problem);
    } finally {
      button.disabled = false;
    }
  }

  // What was sent without an answer is sent again with its key, so that it is done once at most.
  let unanswered = null;

  async function post(address, body) {
    const text = JSON.stringify(body);
    const key = unanswered?.text === text ? unanswered.key : crypto.randomUUID();
    const result = await ask(address, text, key);
    unanswered = ['unreachable', 'in_progress'].includes(result.problem?.code) ? { text, key } : null;
    return result;
  }

  async function ask(address, text, key) {
    let response;
    try {
      // Access answers an ended sign-in with a redirect to another site, which must not look like a broken line.
      response = await fetch(address, {
        method: 'POST',
        redirect: 'manual',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
        body: text,
      });
    } catch {
      return { ok: false, problem: { code: 'unreachable' } };
    }
    if (response.type === 'opaqueredirect' || response.status === 401) {
      return { ok: false, problem: { code: 'unauthenticated' } };
    }
    try {
      const answer = await response.json();
      return { ok: response.ok, answer, problem: answer };
    } catch {
      return { ok: false, problem: { code: response.status < 500 ? 'unauthenticated' : 'unreachable' } };
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
      target[last] = input.dataset.date === undefined ? input.value.trim() : momentOf(input.value);
    }
    return body;
  }

  /** Noon, so that it is that day in every zone of the US as well; of a day whose noon is still to come, this moment. */
  const momentOf = (day) => new Date(Math.min(new Date(`${day}T12:00`).getTime(), Date.now())).toISOString();

  /** Ten digits as people write or paste them get their +1. Anything else is left for the API to judge. */
  function withCountry(typed) {
    const digits = typed.replaceAll(/[\s().\p{Pd}\p{Cf}]/gu, '').replace(/^\+?1(?=\d{10}$)/, '');
    return /^\d{10}$/.test(digits) ? `+1${digits}` : typed.trim();
  }

  /** Where this page knows better than the service, which says the rest itself: what is wrong and, where it knows, from when on it is possible. */
  const REASONS = {
    invalid: 'Please check the marked fields.',
    forbidden: 'Your role does not include placing calls. Ask an administrator of your clinic.',
    no_role: 'Nobody has given you a role. Ask an administrator of your clinic.',
    unauthenticated: 'Your sign-in has ended. Reload the page to sign in again.',
    unreachable: 'The service did not answer. Press the button again: the call is placed once at most.',
    in_progress: 'Your first try is still under way. Press the button again in a minute.',
  };
  /** Refusals that one field can cure. */
  const CURES = {
    no_consent: { pointer: '/consent/basis', detail: 'Choose how the consent was given.' },
    bad_number: { pointer: '/phone_number', detail: 'This number cannot be called.' },
  };

  function showProblems(form, problem) {
    const errors = problem.errors ?? (CURES[problem.code] ? [CURES[problem.code]] : []);
    const elsewhere = errors
      .filter((error) => !markField(form, error))
      .map(({ pointer, detail }) => `${pointer}: ${detail}`);
    const reason =
      (problem.code === 'kill_switch' ? form.dataset.stopped : REASONS[problem.code]) ??
      problem.detail ??
      `The call was not placed (${problem.code}). Try again; if it stays, tell whoever runs this service.`;
    const notice = form.querySelector('[data-problem]');
    notice.textContent = [reason, ...elsewhere].join(' ');
    notice.hidden = false;
    form.querySelector('[aria-invalid]')?.focus();
  }

  /** False: the form has no such field. */
  function markField(form, { pointer, detail }) {
    const name = pointer.slice(1).replaceAll('/', '.');
    const input = form.elements.namedItem(name);
    if (!name || !input || input.disabled) return false;
    clearProblem(input);
    const text = document.createElement('p');
    text.id = `problem-${name}`;
    text.className = 'field-problem';
    text.textContent = detail;
    // Behind the label: inside it would be part of the field's name.
    (input.closest('label') ?? input).after(text);
    input.setAttribute('aria-invalid', 'true');
    input.setAttribute('aria-describedby', [...describing(input), text.id].join(' '));
    return true;
  }

  function clearProblem(input) {
    document.getElementById(`problem-${input.name}`)?.remove();
    input.removeAttribute('aria-invalid');
    const rest = describing(input).filter((id) => id !== `problem-${input.name}`);
    if (rest.length > 0) input.setAttribute('aria-describedby', rest.join(' '));
    else input.removeAttribute('aria-describedby');
  }

  const describing = (input) => (input.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean);

  function clearProblems(form) {
    form.querySelector('[data-problem]').hidden = true;
    for (const input of form.elements) if (input.name) clearProblem(input);
  }
})();
