import { messageOf } from './api.ts';

/** Finds an element of the page. @throws if there is none of that class */
export function find<T extends Element>(
  selector: string,
  type: new () => T,
  within: ParentNode = document,
): T {
  const found = within.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`The page has no ${type.name} ${selector}.`);
  return found;
}

export function show(selector: string, isShown: boolean): void {
  find(selector, HTMLElement).hidden = !isShown;
}

export function setText(selector: string, text: string, within?: ParentNode): void {
  find(selector, HTMLElement, within).textContent = text;
}

/** Sends a form; what goes wrong is shown in it. */
export function onSubmit(selector: string, send: (data: FormData) => Promise<void>): void {
  const form = find(selector, HTMLFormElement);
  const error = find('.error', HTMLElement, form);
  const button = find('button:not([type])', HTMLButtonElement, form);
  const submit = async (): Promise<void> => {
    error.hidden = true;
    button.disabled = true;
    try {
      await send(new FormData(form));
    } catch (reason) {
      error.textContent = messageOf(reason);
      error.hidden = false;
    } finally {
      button.disabled = false;
    }
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void submit();
  });
}

/** The text of a field; the forms of this page have no other fields than their code asks for. */
export function textOf(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value : '';
}
