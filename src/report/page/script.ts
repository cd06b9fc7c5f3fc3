/**
 * What a page does in a browser: it filters the steps, opens them, and opens all of them for the printer. Without it the page
 * shows everything.
 */
export const filterScript = `
(() => {
  const byId = (id) => document.getElementById(id);
  const search = byId('search');
  if (!search) return;
  const connection = byId('connection');
  const count = byId('count');
  const steps = [...document.querySelectorAll('.step')].map((step) => ({ step, text: step.textContent.toLowerCase() }));
  const blocks = [...document.querySelectorAll('.block')];
  const all = () => [...document.querySelectorAll('.step > details')];
  const effect = () => document.querySelector('input[name=effect]:checked').value;
  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const isFiltered = words.length > 0 || connection.value !== '' || effect() !== '';
    let shown = 0;
    for (const { step, text } of steps) {
      const { connections, effect: own } = step.dataset;
      const fits = words.every((word) => text.includes(word)) && (connection.value === '' || connections.split(' ').includes(connection.value))
        && (effect() === '' || (effect() === 'bad' ? step.dataset.bad === 'yes' : own === effect()));
      step.hidden = !fits;
      if (fits) shown++;
    }
    for (const block of blocks) block.hidden = isFiltered;
    count.textContent = shown + ' of ' + steps.length + ' calls';
  };
  for (const input of [search, connection, ...document.querySelectorAll('input[name=effect]')]) input.addEventListener('input', apply);
  byId('open').addEventListener('click', () => {
    const isOpening = all().some((details) => !details.open);
    for (const details of all()) details.open = isOpening;
  });
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches('input, select, textarea');
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey) { event.preventDefault(); search.focus(); }
    if (event.key === 'Escape' && event.target === search) { search.value = ''; apply(); }
  });
  // A target may be filtered away, inside of what is closed, or closed itself.
  const openTarget = () => {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    const own = target.matches('.step') && target.querySelector('details');
    if (own) own.open = true;
    for (let around = target; around; around = around.parentElement) {
      around.hidden = false;
      if (around.matches('details')) around.open = true;
    }
    target.scrollIntoView();
    (own ? own.querySelector('summary') : target).focus();
  };
  addEventListener('hashchange', openTarget);
  // A link to where one has been already changes nothing in the address.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) { event.preventDefault(); openTarget(); }
  });
  openTarget();
  let opened = [];
  addEventListener('beforeprint', () => { opened = all().filter((details) => !details.open); for (const details of opened) details.open = true; });
  addEventListener('afterprint', () => { for (const details of opened) details.open = false; });
  apply();
})();
`;
