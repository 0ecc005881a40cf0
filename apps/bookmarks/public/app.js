// The whole page: state, requests to the API, and what is shown. Everything a user typed goes in as text, never as HTML.

const PER_PAGE = 20;
const $ = (id) => document.getElementById(id);
const filter = { q: '', tag: '', page: 1 };
let editing;

/** Sends a request; an answer that is an error is thrown with its problem details as the message. */
async function api(method, path, body) {
  const response = await fetch(`/api/${path}`, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  if (response.status === 204) return undefined;
  const answer = await response.json();
  if (response.ok) return answer;
  const fields = Array.isArray(answer.details)
    ? answer.details
        .map(({ pointer, message }) => (pointer ? `${pointer.slice(1)}: ${message}` : message))
        .join('; ')
    : '';
  throw Object.assign(new Error(fields || answer.detail), { status: response.status });
}

function onSubmit(form, send) {
  const error = form.querySelector('.error');
  const button = form.querySelector('button:not([type])');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    error.hidden = true;
    button.disabled = true;
    try {
      await send(new FormData(form));
    } catch ({ message }) {
      error.textContent = message;
      error.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

function onClick(element, act) {
  element.addEventListener('click', () => guard(act()));
}

/** Tells of what went wrong outside of a form. */
function guard(promise) {
  $('status').hidden = true;
  return Promise.resolve(promise).catch((error) => {
    if (error.status === 401) return showUser(undefined);
    $('status').textContent = error.message;
    $('status').hidden = false;
  });
}

async function showUser(user) {
  $('welcome').hidden = Boolean(user);
  $('library').hidden = !user;
  $('account').hidden = !user;
  $('user-name').textContent = user?.name ?? '';
  $('list').replaceChildren();
  $('tags').replaceChildren();
  if (user) await refresh();
}

async function refresh() {
  const query = new URLSearchParams({ page: filter.page, limit: PER_PAGE });
  if (filter.q) query.set('q', filter.q);
  if (filter.tag) query.set('tag', filter.tag);
  const asked = query.toString();
  refresh.latest = asked;
  const [found, tags] = await Promise.all([api('GET', `bookmarks?${asked}`), api('GET', 'tags')]);
  // A slow answer must not replace that of a later search.
  if (refresh.latest !== asked) return;
  // The last bookmark with the chosen tag is gone, and so is the button that would take the filter back.
  if (filter.tag && !tags.some(({ tag }) => tag === filter.tag)) return show({ tag: '' });
  const pages = Math.max(1, Math.ceil(found.total / PER_PAGE));
  if (filter.page > pages) return show({ page: pages });

  $('tags').replaceChildren(...tags.map(({ tag, count }) => tagItem(tag, `${tag} (${count})`)));
  $('list').replaceChildren(...found.items.map(bookmarkItem));
  $('count').textContent = countText(found.total);
  $('page').textContent = `Page ${filter.page} of ${pages}`;
  $('pages').hidden = pages === 1;
  $('previous').disabled = filter.page === 1;
  $('next').disabled = filter.page === pages;
}

function show(changes) {
  Object.assign(filter, { page: 1 }, changes);
  return refresh();
}

function countText(total) {
  if (total === 0)
    return filter.q || filter.tag ? 'Nothing matches.' : 'No bookmarks yet. Add your first one.';
  return total === 1 ? '1 bookmark' : `${total} bookmarks`;
}

function tagItem(tag, text) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.setAttribute('aria-pressed', String(tag === filter.tag));
  onClick(button, () => show({ tag: tag === filter.tag ? '' : tag }));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

function bookmarkItem(bookmark) {
  const item = $('row').content.cloneNode(true).firstElementChild;
  const link = item.querySelector('a');
  link.href = `/go/${bookmark.id}`;
  link.textContent = bookmark.title;
  const visits = bookmark.visits === 1 ? '1 visit' : `${bookmark.visits} visits`;
  const date = new Date(bookmark.createdAt).toLocaleDateString(undefined, { dateStyle: 'medium' });
  item.querySelector('.where').textContent = `${new URL(bookmark.url).host} · ${date} · ${visits}`;
  item.querySelector('.note').textContent = bookmark.note;
  item.querySelector('.tags').append(...bookmark.tags.map((tag) => tagItem(tag, tag)));
  const edit = item.querySelector('.edit');
  edit.setAttribute('aria-label', `Edit ${bookmark.title}`);
  onClick(edit, () => openEditor(bookmark));
  const remove = item.querySelector('.delete');
  remove.setAttribute('aria-label', `Delete ${bookmark.title}`);
  onClick(remove, async () => {
    if (!confirm(`Delete “${bookmark.title}”?`)) return;
    await api('DELETE', `bookmarks/${bookmark.id}`);
    await refresh();
    $('add').focus();
  });
  return item;
}

function openEditor(bookmark) {
  editing = bookmark;
  const form = $('edit');
  form.reset();
  form.querySelector('.error').hidden = true;
  $('editor-title').textContent = bookmark ? 'Edit bookmark' : 'Add bookmark';
  for (const name of ['url', 'title', 'note']) form.elements[name].value = bookmark?.[name] ?? '';
  form.elements.tags.value = bookmark?.tags.join(', ') ?? filter.tag;
  $('editor').showModal();
}

onSubmit($('edit'), async (data) => {
  const url = data.get('url').trim();
  const bookmark = {
    url,
    note: data.get('note'),
    tags: data
      .get('tags')
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
    // Without a title the API takes the host's name; of an edited one an empty title means the same.
    ...(data.get('title').trim() ? { title: data.get('title') } : editing && { title: new URL(url).host }),
  };
  if (editing) await api('PATCH', `bookmarks/${editing.id}`, bookmark);
  else await api('POST', 'bookmarks', bookmark);
  $('editor').close();
  await guard(editing ? refresh() : show({ q: '', tag: '' }));
  $('q').value = filter.q;
});

onSubmit($('sign-up'), async (data) => {
  const { token } = await api('POST', 'users', { name: data.get('name') });
  $('sign-up').reset();
  $('new-token').querySelector('code').textContent = token;
  $('new-token').hidden = false;
  await showUser(await api('POST', 'session', { token }));
  $('new-token-title').focus();
});

onSubmit($('sign-in'), async (data) => {
  const user = await api('POST', 'session', { token: data.get('token').trim() });
  $('sign-in').reset();
  await showUser(user);
});

onClick($('new-token').querySelector('button'), () => {
  $('new-token').hidden = true;
  $('new-token').querySelector('code').textContent = '';
  $('add').focus();
});

onClick($('sign-out'), async () => {
  await api('DELETE', 'session');
  $('new-token').hidden = true;
  $('new-token').querySelector('code').textContent = '';
  Object.assign(filter, { q: '', tag: '', page: 1 });
  $('q').value = '';
  await showUser(undefined);
});

onClick($('add'), () => openEditor(undefined));
onClick($('cancel'), () => $('editor').close());
onClick($('previous'), () => show({ page: filter.page - 1 }));
onClick($('next'), () => show({ page: filter.page + 1 }));

let typing;
const search = () => guard(show({ q: $('q').value.trim() }));
$('q').addEventListener('input', () => {
  clearTimeout(typing);
  typing = setTimeout(search, 200);
});
$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(typing);
  search();
});

await guard(api('GET', 'users/me').then(showUser));
