/** The style of the error page, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --text: #1c1e21; --dim: #5f6672; --back: #f6f7f9; --card: #fff; --line: #dfe2e8; --red: #b3261e; --mark: #fdeceb; --tint: #f9d6d3;
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif;
  color: var(--text); background: var(--back);
}
@media (prefers-color-scheme: dark) {
  :root { --text: #e6e8ec; --dim: #9aa1ad; --back: #14161a; --card: #1c1f25; --line: #31353d; --red: #ff8a80; --mark: #3a2022; --tint: #6b2c2c; }
}
* { box-sizing: border-box; }
body { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
header { border-left: .25rem solid var(--red); padding-left: 1.1rem; margin-bottom: 2rem; }
.status { margin: 0; color: var(--dim); font-size: .9rem; }
.status b { color: var(--red); }
h1 { margin: .35rem 0; font-size: 1.45rem; line-height: 1.35; font-weight: 600; white-space: pre-wrap; overflow-wrap: anywhere; }
.kind { margin: 0; color: var(--dim); font-size: .9rem; overflow-wrap: anywhere; }
h2 { margin: 2rem 0 .6rem; font-size: .95rem; font-weight: 600; }
code, pre, td, .place { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .82rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
.card + .card { margin-top: .6rem; }
.in1 { margin-left: 1.5rem; } .in2 { margin-left: 3rem; } .in3 { margin-left: 4.5rem; }
.place { padding: .55rem .9rem; color: var(--dim); overflow-wrap: anywhere; }
.place b { color: var(--text); font-weight: 600; }
figure { margin: 0; }
.card > p { margin: 0; padding: .6rem .9rem; overflow-wrap: anywhere; white-space: pre-wrap; }
.card > p + .place { padding-top: 0; }
pre { margin: 0; padding: .5rem 0; overflow-x: auto; line-height: 1.65; tab-size: 2; }
figure pre { border-top: 1px solid var(--line); }
pre.text { padding: .8rem .9rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre span { display: block; min-width: max-content; padding: 0 .9rem; }
pre .here { background: var(--mark); box-shadow: inset .2rem 0 var(--red); }
pre i { display: inline-block; width: 3.2rem; padding-right: 1rem; text-align: right; font-style: normal; color: var(--dim); user-select: none; }
pre mark { color: inherit; background: var(--tint); border-radius: .15rem; }
ol { margin: 0; padding: .5rem .9rem; list-style: none; }
li { padding: .1rem 0; overflow-wrap: anywhere; }
li.own { font-weight: 600; }
li:not(.own) { color: var(--dim); }
summary { padding: .55rem .9rem; cursor: pointer; color: var(--dim); font-size: .9rem; }
summary:hover { color: var(--text); }
:is(p, ol) + details > summary { padding-top: 0; }
details[open] > summary { border-bottom: 1px solid var(--line); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .9rem; text-align: left; vertical-align: top; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
tr:first-child > * { border-top: 0; }
th { width: 14rem; font-weight: 400; color: var(--dim); font-size: .85rem; }
footer { margin-top: 2.5rem; color: var(--dim); font-size: .85rem; }
@media (max-width: 40rem) { th { width: 8rem; } body { padding-top: 1.5rem; } }
`;
