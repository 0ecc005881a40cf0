import { z } from 'zod';

import { createGetRoute, createPostRoute } from '@blaizejs/router';
import { content, reply } from '@blaizejs/context';

import { createViews } from './eta.ts';
import { flash, type Flash } from './flash.ts';
import { form, type FieldName, html, type Html, json, unsafe } from './index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const use = (..._values: unknown[]): void => undefined;
const isTrue = <T extends true>(): T | undefined => undefined;

// What a template takes.
use(
  html`${'a'}${1}${1n}${null}${undefined}${true}${[html`a`, ['b']]}${Promise.resolve(html`a`)}${unsafe('')}${json({})}`,
);
use(
  html`${(async function* () {
    yield html`a`;
  })()}`,
);
// @ts-expect-error an object is no text
use(html`${{ a: 1 }}`);
// @ts-expect-error nor does it pass for trusted text
use(html`${{ text: '<b>' }}`);
// @ts-expect-error a date has to be formatted
use(html`${new Date()}`);
// @ts-expect-error a function has to be called
use(html`${() => 'a'}`);
// @ts-expect-error it is a tag
html('a');

// A page is an answer, also where a schema says that it is HTML.
createGetRoute({ handler: (): Html => html`a` });
createGetRoute({
  schema: { response: { 200: content('text/html'), 404: content('text/html') } },
  handler: () => html`a`,
});
createGetRoute({
  schema: { response: { 200: content('text/html'), 404: content('text/html') } },
  handler: () => reply(404, html`a`),
});
createGetRoute({ handler: ({ response }) => response.status(404).html(html`a`) });
// @ts-expect-error the schema says JSON
createGetRoute({ schema: { response: z.object({ a: z.string() }) }, handler: () => html`a` });

// The names of the fields are those of the schema.
const schema = z.object({
  email: z.string(),
  age: z.coerce.number().optional(),
  tags: z.array(z.string()),
  address: z.object({ city: z.string() }).optional(),
  lines: z.array(z.object({ count: z.string() })),
});
isTrue<
  Equal<
    FieldName<z.input<typeof schema>>,
    | 'email'
    | 'age'
    | 'tags'
    | 'tags[]'
    | `tags.${number}`
    | 'address'
    | 'address.city'
    | 'lines'
    | 'lines[]'
    | `lines.${number}`
    | `lines.${number}.count`
  >
>();
const signUp = form(schema, { secrets: ['email', 'address.city'] });
// @ts-expect-error there is no such field
form(schema, { secrets: ['mail'] });
const blank = signUp.blank({ email: 'a' });
blank.value('address.city');
blank.error('');
// @ts-expect-error there is no such field
blank.value('city');

createPostRoute({
  schema: { body: signUp },
  handler: ({ request: { body } }) => {
    // @ts-expect-error it may not be valid
    use(body.value.email);
    if (!body.valid) return reply(422, html`${body.form.error('email')}`);
    isTrue<Equal<typeof body.value, z.output<typeof schema>>>();
    return body.value.email;
  },
});

createGetRoute({
  middleware: [flash({ secret: 'x' })],
  handler: ({ state }) => {
    isTrue<Equal<typeof state.flash, Flash>>();
    return state.flash.take();
  },
});

interface Pages {
  home: { user: string };
  about: object;
}
const views = createViews<Pages>({ folder: 'views' });
views.render('home', { user: 'Ada' });
views.render('about');
// @ts-expect-error it takes data
views.render('home');
// @ts-expect-error of this type
views.render('home', { user: 1 });
// @ts-expect-error there is no such template
views.render('other', {});
createViews({ folder: 'views' }).render('any', { a: 1 });
