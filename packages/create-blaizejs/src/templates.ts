/** The templates, each a folder in `templates/`, with a description. */
export const TEMPLATES = {
  minimal: 'a server, two routes and a test',
  api: 'validation, a database, a health check, tests, a Dockerfile and a Compose file',
} as const;

export type Template = keyof typeof TEMPLATES;

export function isTemplate(name: string): name is Template {
  return Object.hasOwn(TEMPLATES, name);
}
