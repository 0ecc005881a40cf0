export { html, type Html, type HtmlValue, renderToString } from './html/html.ts';
export { json, type Json, unsafe, type Unsafe } from './html/values.ts';
export { form, type FieldName, type FormOptions, type FormSchema, type Submission } from './forms/form.ts';
export { Form, type FormError } from './forms/form-state.ts';
