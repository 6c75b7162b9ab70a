// What is nicer with a script; every page works without.

// htmx sends forms with their own fields; a request without a form carries the token of the page.
document.addEventListener('htmx:configRequest', (event) => {
  const token = document.querySelector('input[name=csrf]');
  if (token && event.detail.verb !== 'get') event.detail.headers['X-CSRF-Token'] = token.value;
});

// What went wrong is heard, and one is there, unless the page already says where to begin.
const wrong = document.querySelector('.notice.bad[tabindex]');
if (wrong && !document.querySelector('[autofocus]')) wrong.focus();

// A file that is too large is not sent first.
document.addEventListener('change', ({ target }) => {
  if (target.type !== 'file' || !target.dataset.most) return;
  const isTooLarge = [...target.files].some((file) => file.size > Number(target.dataset.most));
  target.setCustomValidity(isTooLarge ? target.dataset.tooLarge : '');
  target.reportValidity();
});

// A form that was refused comes back as a page with what is wrong in it.
document.addEventListener('htmx:beforeSwap', (event) => {
  const { status } = event.detail.xhr;
  if (status === 422 || status === 409 || status === 429) event.detail.shouldSwap = true;
});

// The address goes along with a search, without a new page: then so do the ways that lead away from here and back.
document.addEventListener('htmx:replacedInHistory', () => {
  const here = location.pathname + location.search;
  const signIn = document.querySelector('a.sign-in');
  if (signIn) signIn.href = `/sign-in?back=${encodeURIComponent(here)}`;
  for (const back of document.querySelectorAll('body > :is(header, footer) input[name=back]')) back.value = here;
});
