/** What the page runs. It has no settings of its own, so that it is the same for every app. */
export const START_SCRIPT = `'use strict';
const quote = (text) => "'" + String(text).replaceAll('\\\\', '\\\\\\\\').replaceAll("'", "\\\\'").replaceAll('\\n', '\\\\n') + "'";
const fetchSample = (request) => {
  const { method, url, headers = {}, body } = request.toJS();
  const lines = ['  method: ' + quote(method) + ','];
  const names = Object.entries(headers);
  if (names.length > 0) {
    lines.push('  headers: {', ...names.map(([name, value]) => '    ' + quote(name) + ': ' + quote(value) + ','), '  },');
  }
  if (typeof body === 'string') lines.push('  body: ' + quote(body) + ',');
  return ['const response = await fetch(' + quote(url) + ', {', ...lines, '});'].join('\\n');
};
SwaggerUIBundle({
  url: new URL(document.currentScript.dataset.document, document.baseURI).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  // Nothing is sent to a validator elsewhere.
  validatorUrl: null,
  queryConfigEnabled: false,
  persistAuthorization: false,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  requestSnippetsEnabled: true,
  requestSnippets: {
    defaultExpanded: true,
    generators: {
      curl_bash: { title: 'curl', syntax: 'bash' },
      fetch: { title: 'fetch', syntax: 'javascript' },
    },
  },
  plugins: [{ fn: { requestSnippetGenerator_fetch: fetchSample } }],
});
`;
