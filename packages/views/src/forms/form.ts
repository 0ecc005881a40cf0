import { checkOptions, list, options as shapeOf, orElse, text } from '@blaizejs/errors/internal';
import { TOKEN_FIELD } from '@blaizejs/middleware/internal';
import type { AnySchema, Schema, SchemaInput, SchemaOutput } from '@blaizejs/types';

import { isPromise } from '../html/later.ts';
import { Form, type FormError, isSecret } from './form-state.ts';
import { keysOf, nest, valueAt } from './names.ts';

/** The options of {@link form}. */
export interface FormOptions<Name extends string = string> {
  /**
   * Fields whose values are never put into the form again, besides those whose name says so: `password`, `token`, `pin` and the
   * like. Default: none.
   */
  readonly secrets?: readonly Name[] | undefined;
}

/** What was sent: as its schema returns it, or with what is wrong. */
export type Submission<S extends AnySchema> =
  | { readonly valid: true; readonly value: SchemaOutput<S>; readonly form: Form<FieldName<SchemaInput<S>>> }
  | { readonly valid: false; readonly value: undefined; readonly form: Form<FieldName<SchemaInput<S>>> };

/** A schema of a body that never refuses a request: see {@link form}. */
export interface FormSchema<S extends AnySchema> extends Schema<SchemaInput<S>, Submission<S>> {
  /** A form that nobody has filled in yet. @param values what is in its fields from the start */
  blank(values?: Partial<SchemaInput<S>>): Form<FieldName<SchemaInput<S>>>;
}

/** The names of the fields of an object: `email`, `address.city`, `tags`, `lines.0.count`. */
export type FieldName<T, Depth extends readonly unknown[] = []> = Depth['length'] extends 4
  ? string
  : T extends readonly (infer Item)[]
    ? `${number}` | `${number}.${FieldName<Item, [...Depth, 0]>}`
    : T extends Leaf
      ? never
      : unknown extends T
        ? string
        : T extends object
          ? { [K in keyof T & string]: NameIn<K, NonNullable<T[K]>, Depth> }[keyof T & string]
          : never;

type NameIn<K extends string, T, Depth extends readonly unknown[]> = unknown extends T
  ? K
  : T extends readonly unknown[]
    ? K | `${K}[]` | `${K}.${FieldName<T, [...Depth, 0]>}`
    : T extends Leaf
      ? K
      : K | `${K}.${FieldName<T, [...Depth, 0]>}`;
type Leaf =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | symbol
  | Date
  | Blob
  | ((...args: never[]) => unknown);

// Nobody reads more than that, and a list may have many items.
const MAX_ERRORS = 100;

const check = shapeOf(
  { secrets: orElse(list(text('a name of a field'), 'a list of names of fields'), []) },
  "an object of options, such as { secrets: ['answer'] }",
);

/**
 * Makes the schema of a form of the schema of its fields. As `schema.body`, it gives the handler what was sent, valid or not, so
 * that the handler can show the form again.
 *
 * ```ts
 * const signUp = form(z.object({ email: z.email(), password: z.string().min(12) }));
 *
 * createPostRoute({
 *   schema: { body: signUp },
 *   handler: async ({ request: { body }, response }) => {
 *     if (!body.valid) return reply(422, signUpPage(body.form));
 *     await users.add(body.value);
 *     return response.redirect('/welcome', 303);
 *   },
 * });
 * ```
 *
 * Names may be nested: `address.city`, `lines[0].count`; `tags[]` always is a list.
 *
 * @param schema zod, or any other Standard Schema of an object
 * @throws ConfigurationError if an option is not valid
 */
export function form<S extends AnySchema>(
  schema: S,
  options: FormOptions<FieldName<SchemaInput<S>>> = {},
): FormSchema<S> {
  const { secrets: names } = checkOptions(check, options, 'form()');
  const secrets = new Set(names.map((name) => keysOf(name).join('.')));
  const standard = (schema as unknown as Schema)['~standard'];
  type Result = Awaited<ReturnType<typeof standard.validate>>;

  const submissionOf = (given: unknown, { issues, ...result }: Result): Submission<S> => {
    if (!issues) {
      const { value } = result as { readonly value: SchemaOutput<S> };
      return { valid: true, value, form: new Form(given, [], secrets) };
    }
    const errors = issues.slice(0, MAX_ERRORS).map((issue) => errorOf(issue, given, secrets));
    return { valid: false, value: undefined, form: new Form(given, errors, secrets) };
  };

  const properties: Pick<FormSchema<S>, '~standard' | 'blank'> = {
    '~standard': {
      ...standard,
      types: undefined,
      validate: (sent) => {
        // Nothing is sent if no box is checked.
        const given = nest(withoutToken(sent ?? {}));
        const result = standard.validate(given);
        return isPromise(result)
          ? Promise.resolve(result).then((late) => ({ value: submissionOf(given, late) }))
          : { value: submissionOf(given, result) };
      },
    },
    blank: (values = {}) => new Form(nest(values), [], secrets),
  };
  // What inspects schemas, for OpenAPI or for fields that are lists, finds what the schema itself has.
  return Object.create(schema, Object.getOwnPropertyDescriptors(properties)) as FormSchema<S>;
}

/** Without the token of `csrf()`, which a strict schema would refuse. */
function withoutToken(sent: unknown): unknown {
  if (typeof sent !== 'object' || sent === null || !Object.hasOwn(sent, TOKEN_FIELD)) return sent;
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(sent)) if (name !== TOKEN_FIELD) fields[name] = value;
  return fields;
}

type Issue = NonNullable<Awaited<ReturnType<Schema['~standard']['validate']>>['issues']>[number];

function errorOf({ path = [], message }: Issue, given: unknown, secrets: ReadonlySet<string>): FormError {
  const keys = Array.from(path, (segment) => String(typeof segment === 'object' ? segment.key : segment));
  const value = valueAt(given, keys);
  // Some libraries repeat what they were given.
  const isEcho =
    isSecret(keys, secrets) && typeof value === 'string' && value !== '' && message.includes(value);
  return { name: keys.join('.'), message: isEcho ? 'Invalid value' : message };
}
