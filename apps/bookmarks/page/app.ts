// The whole page: state, requests to the API, and what is shown. Everything a user typed goes in as text, never as HTML.
import { UnauthorizedError } from 'blaizejs/errors';

import { api, type Bookmark, messageOf, type User } from './api.ts';
import { find, onSubmit, setText, show, textOf } from './dom.ts';

const PER_PAGE = 20;
const filter = { q: '', tag: '', page: 1 };
const search = find('#q', HTMLInputElement);
const editor = find('#editor', HTMLDialogElement);
const importer = find('#importer', HTMLDialogElement);
let editing: Bookmark | undefined;
let turn = 0;

function tell(text: string, isGood = false): void {
  const status = find('#status', HTMLElement);
  status.textContent = text;
  status.classList.toggle('good', isGood);
  status.hidden = text === '';
}

/** Tells what went wrong outside of a form. */
async function guard(act: () => unknown): Promise<void> {
  tell('');
  try {
    await act();
  } catch (error) {
    if (error instanceof UnauthorizedError) await showUser(undefined);
    else tell(messageOf(error));
  }
}

function onClick(element: HTMLElement, act: () => unknown): void {
  element.addEventListener('click', () => void guard(act));
}

async function showUser(user: User | undefined): Promise<void> {
  show('#welcome', !user);
  show('#library', user !== undefined);
  show('#account', user !== undefined);
  setText('#user-name', user?.name ?? '');
  find('#list', HTMLElement).replaceChildren();
  find('#tags', HTMLElement).replaceChildren();
  if (user) await refresh();
}

async function refresh(): Promise<void> {
  const mine = ++turn;
  const { q, tag, page } = filter;
  const query = { page, limit: PER_PAGE, q: q || undefined, tag: tag || undefined };
  const [found, tags] = await Promise.all([api.get('/api/bookmarks', { query }), api.get('/api/tags')]);
  // A slow answer must not replace that of a later search.
  if (mine !== turn) return;
  // The last bookmark with the chosen tag is gone, and so is the button that would take the filter back.
  if (tag && !tags.some((each) => each.tag === tag)) return list({ tag: '' });
  const pages = Math.max(1, Math.ceil(found.total / PER_PAGE));
  if (page > pages) return list({ page: pages });

  find('#tags', HTMLElement).replaceChildren(
    ...tags.map((each) => tagItem(each.tag, `${each.tag} (${each.count})`)),
  );
  find('#list', HTMLElement).replaceChildren(...found.items.map(bookmarkItem));
  setText('#count', countText(found.total));
  setText('#page', `Page ${page} of ${pages}`);
  show('#pages', pages > 1);
  find('#previous', HTMLButtonElement).disabled = page === 1;
  find('#next', HTMLButtonElement).disabled = page === pages;
}

function list(changes: Partial<typeof filter>): Promise<void> {
  Object.assign(filter, { page: 1 }, changes);
  return refresh();
}

function countText(total: number): string {
  if (total === 0)
    return filter.q || filter.tag ? 'Nothing matches.' : 'No bookmarks yet. Add your first one.';
  return total === 1 ? '1 bookmark' : `${total} bookmarks`;
}

function tagItem(tag: string, text: string): HTMLElement {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = text;
  button.setAttribute('aria-pressed', String(tag === filter.tag));
  onClick(button, () => list({ tag: tag === filter.tag ? '' : tag }));
  const item = document.createElement('li');
  item.append(button);
  return item;
}

function bookmarkItem(bookmark: Bookmark): HTMLElement {
  const row = document.importNode(find('#row', HTMLTemplateElement).content, true);
  const item = find('li', HTMLElement, row);
  const link = find('a', HTMLAnchorElement, item);
  link.href = `/go/${bookmark.id}`;
  link.textContent = bookmark.title;
  const visits = bookmark.visits === 1 ? '1 visit' : `${bookmark.visits} visits`;
  const date = new Date(bookmark.createdAt).toLocaleDateString(undefined, { dateStyle: 'medium' });
  setText('.where', `${new URL(bookmark.url).host} · ${date} · ${visits}`, item);
  setText('.note', bookmark.note, item);
  find('.tags', HTMLElement, item).append(...bookmark.tags.map((tag) => tagItem(tag, tag)));
  const edit = find('.edit', HTMLElement, item);
  edit.setAttribute('aria-label', `Edit ${bookmark.title}`);
  onClick(edit, () => openEditor(bookmark));
  const remove = find('.delete', HTMLElement, item);
  remove.setAttribute('aria-label', `Delete ${bookmark.title}`);
  onClick(remove, async () => {
    if (!confirm(`Delete “${bookmark.title}”?`)) return;
    await api.delete('/api/bookmarks/[id]', { params: { id: bookmark.id } });
    await refresh();
    find('#add', HTMLElement).focus();
  });
  return item;
}

function openEditor(bookmark: Bookmark | undefined): void {
  editing = bookmark;
  find('#edit', HTMLFormElement).reset();
  show('#edit .error', false);
  setText('#editor-title', bookmark ? 'Edit bookmark' : 'Add bookmark');
  find('#url', HTMLInputElement).value = bookmark?.url ?? '';
  find('#title', HTMLInputElement).value = bookmark?.title ?? '';
  find('#note', HTMLTextAreaElement).value = bookmark?.note ?? '';
  find('#tag-names', HTMLInputElement).value = bookmark?.tags.join(', ') ?? filter.tag;
  editor.showModal();
}

onSubmit('#edit', async (data) => {
  const url = textOf(data, 'url').trim();
  const title = textOf(data, 'title').trim();
  const tags = textOf(data, 'tags')
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);
  const body = { url, note: textOf(data, 'note'), tags };
  // Without a title the API takes the host's name; of an edited one an empty title means the same.
  if (editing) {
    const changes = { ...body, title: title || new URL(url).host };
    await api.patch('/api/bookmarks/[id]', { params: { id: editing.id }, body: changes });
  } else {
    await api.post('/api/bookmarks', { body: { ...body, title: title || undefined } });
  }
  editor.close();
  await guard(() => (editing ? refresh() : list({ q: '', tag: '' })));
  search.value = filter.q;
});

onSubmit('#import', async (data) => {
  const file = data.get('file');
  if (!(file instanceof File)) return;
  // A body with a file is sent as multipart/form-data.
  const { added, skipped } = await api.post('/api/bookmarks/import', { body: { file } });
  importer.close();
  await guard(() => list({ q: '', tag: '' }));
  search.value = '';
  const reasons = skipped.slice(0, 5).map(({ position, reason }) => `${position}: ${reason}`);
  if (skipped.length > reasons.length) reasons.push('…');
  tell([`Added ${added}, skipped ${skipped.length}.`, ...reasons].join('\n'), true);
});

onSubmit('#sign-up', async (data) => {
  const { token } = await api.post('/api/users', { body: { name: textOf(data, 'name') } });
  find('#sign-up', HTMLFormElement).reset();
  setText('#new-token code', token);
  show('#new-token', true);
  await showUser(await api.post('/api/session', { body: { token } }));
  find('#new-token-title', HTMLElement).focus();
});

onSubmit('#sign-in', async (data) => {
  const user = await api.post('/api/session', { body: { token: textOf(data, 'token').trim() } });
  find('#sign-in', HTMLFormElement).reset();
  await showUser(user);
});

function forgetToken(): void {
  show('#new-token', false);
  setText('#new-token code', '');
}

onClick(find('#new-token button', HTMLElement), () => {
  forgetToken();
  find('#add', HTMLElement).focus();
});

onClick(find('#sign-out', HTMLElement), async () => {
  await api.delete('/api/session');
  forgetToken();
  Object.assign(filter, { q: '', tag: '', page: 1 });
  search.value = '';
  await showUser(undefined);
});

onClick(find('#add', HTMLElement), () => openEditor(undefined));
onClick(find('#cancel', HTMLElement), () => editor.close());
onClick(find('#open-import', HTMLElement), () => {
  find('#import', HTMLFormElement).reset();
  show('#import .error', false);
  importer.showModal();
});
onClick(find('#cancel-import', HTMLElement), () => importer.close());
onClick(find('#previous', HTMLElement), () => list({ page: filter.page - 1 }));
onClick(find('#next', HTMLElement), () => list({ page: filter.page + 1 }));

let typing: number | undefined;
const searchNow = (): void => void guard(() => list({ q: search.value.trim() }));
search.addEventListener('input', () => {
  clearTimeout(typing);
  typing = window.setTimeout(searchNow, 200);
});
find('#search', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(typing);
  searchNow();
});

await guard(async () => showUser(await api.get('/api/users/me')));
