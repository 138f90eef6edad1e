/* The list of operations is filtered as one types, and an address that names one opens it. */
(() => {
  for (const input of document.querySelectorAll('[data-filter]')) {
    const parts = [...document.querySelectorAll(input.dataset.filter)].map((part) => ({
      part,
      text: part.textContent.toLowerCase(),
    }));
    input.closest('label').hidden = false;
    input.addEventListener('input', () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const { part, text } of parts) part.hidden = !words.every((word) => text.includes(word));
      for (const group of document.querySelectorAll('[data-filter-group]'))
        group.hidden = group.querySelector(`${input.dataset.filter}:not([hidden])`) === null;
    });
  }
  const openNamed = () => {
    const named = document.getElementById(window.location.hash.slice(1));
    if (named?.tagName === 'DETAILS') named.open = true;
  };
  window.addEventListener('hashchange', openNamed);
  openNamed();
})();
