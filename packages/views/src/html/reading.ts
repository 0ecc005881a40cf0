/** What a template is in the middle of. */
export type State =
  | 'text'
  | 'tag name'
  | 'end tag'
  | 'tag'
  | 'attribute name'
  | 'after name'
  | 'before value'
  | 'value'
  | 'bare value'
  | 'comment'
  | 'declaration'
  | 'raw';

/** The same in words, for messages. */
export const WHERE: Readonly<Record<State, string>> = {
  text: 'text',
  'tag name': 'the name of a tag',
  'end tag': 'the end of an element',
  tag: 'a tag',
  'attribute name': 'the name of an attribute',
  'after name': 'a tag',
  'before value': 'an attribute',
  value: 'an attribute',
  'bare value': 'an attribute without quotes',
  comment: 'a comment',
  declaration: 'a declaration',
  raw: 'an element',
};

const TAG_ADVICE = '. Give an attribute a value: `disabled=${isDisabled}` is left out if that is false';
/** What to write instead of a value there. */
export const ADVICE: Partial<Readonly<Record<State, string>>> = {
  tag: TAG_ADVICE,
  'after name': TAG_ADVICE,
  'attribute name': TAG_ADVICE,
};
