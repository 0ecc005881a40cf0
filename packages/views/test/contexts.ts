import { html, type Html, json } from '../src/index.ts';

/** Each place where a value can stand, with one value in it. */
// prettier-ignore -- the quotes matter
export const CONTEXTS: Readonly<Record<string, (value: string) => Html>> = {
  text: (value) => html`<p>${value}</p>`,
  'text between texts': (value) => html`<p>a${value}b</p>`,
  title: (value) => html`<title>${value}</title>`,
  textarea: (value) => html`<textarea>${value}</textarea>`,
  pre: (value) => html`<pre>${value}</pre>`,
  'a list': (value) =>
    html`<ul>
      ${[value, value].map((item) => html`<li>${item}</li>`)}
    </ul>`,
  option: (value) =>
    html`<select>
      <option value=${value}>${value}</option>
    </select>`,
  cell: (value) =>
    html`<table>
      <tr>
        <td>${value}</td>
      </tr>
    </table>`,
  svg: (value) =>
    html`<svg>
      <text>${value}</text>
      <title>${value}</title>
    </svg>`,
  math: (value) => html`<math><mtext>${value}</mtext></math>`,
  noscript: (value) => html`<noscript><p title="${value}">${value}</p></noscript>`,
  template: (value) => html`<template><p>${value}</p></template>`,
  button: (value) => html`<button>${value}</button>`,
  'double quotes': (value) => html`<p title="${value}">x</p>`,
  'single quotes': (value) => html`<p title="${value}">x</p>`,
  'no quotes': (value) => html`<p title=${value}>x</p>`,
  'no quotes, slash': (value) => html`<img alt=${value} />`,
  'a part of double quotes': (value) => html`<p class="a ${value} b">x</p>`,
  'a part of single quotes': (value) => html`<p class='a" ${value} b'>x</p>`,
  'two in one attribute': (value) => html`<p class="${value} ${value}">x</p>`,
  'data attribute': (value) => html`<p data-x=${value}>x</p>`,
  'value of an input': (value) => html`<input name="a" value="${value}" />`,
  'meta content': (value) => html`<meta name="description" content="${value}" />`,
  id: (value) => html`<p id=${value}></p>`,
  href: (value) => html`<a href="${value}">x</a>`,
  'href without quotes': (value) => html`<a href=${value}>x</a>`,
  'href in single quotes': (value) => html`<a href="${value}">x</a>`,
  'href after a space': (value) => html`<a href=" ${value}">x</a>`,
  'href in two parts': (value) => html`<a href="${value}${value}">x</a>`,
  'href with an end': (value) => html`<a href="${value}/end">x</a>`,
  'href split': (value) => html`<a href="${value.slice(0, 5)}${value.slice(5)}">x</a>`,
  'a part of a path': (value) => html`<a href="/users/${value}">x</a>`,
  'a part of a query': (value) => html`<a href="/search?q=${value}&amp;x=1">x</a>`,
  'a fragment': (value) => html`<a href="#${value}">x</a>`,
  'a path with a host': (value) => html`<a href="https://example.com/${value}">x</a>`,
  'image source': (value) => html`<img src="${value}" />`,
  'image sources': (value) => html`<img srcset="${value}" />`,
  'sources after one': (value) => html`<img srcset="/a.png 1x, ${value} 2x" />`,
  'frame source': (value) => html`<iframe src="${value}"></iframe>`,
  action: (value) => html`<form action="${value}"><button formaction=${value}>x</button></form>`,
  'svg link': (value) =>
    html`<svg>
      <a xlink:href="${value}"><text>x</text></a>
      <use href="${value}" />
    </svg>`,
  object: (value) => html`<object data="${value}"></object><embed src="${value}" />`,
  poster: (value) => html`<video poster="${value}" src="${value}"></video>`,
  'canonical link': (value) => html`<link rel="canonical" href="${value}" />`,
  script: (value) =>
    html`<script>
      window.given = ${json(value)};
    </script>`,
  'script with an object': (value) =>
    html`<script>
      window.given = f({ [${json(value)}]: ${json({ [value]: value })} });
    </script>`,
  'data for scripts': (value) =>
    html`<script type="application/json">
      ${json({ value })}
    </script>`,
  'event handler': (value) => html`<button onclick="go(${json(value)}, ${json(1)})">x</button>`,
  'event handler in single quotes': (value) => html`<button onclick='go("a", ${json(value)})'>x</button>`,
  'event handler without quotes': (value) => html`<button onclick=${json(value)}>x</button>`,
  comment: (value) =>
    html`<!-- x -->
      <p>${value}</p>
      <!-- y -->`,
  'after a closed script': (value) =>
    html`<script>
        var a = '<b>';
      </script>
      <p>${value}</p>`,
};
