/** What stands on the landing page: everything that answers on this port, and nothing that does not. */
const SOCKETS: readonly (readonly [string, string])[] = [
  ['/ws/', 'Services (Omni): hosts, clients and guests, plain WebSocket'],
];

const LINKS: readonly (readonly [string, string, string])[] = [
  ['/docs', 'REST interface', 'try every request in the browser'],
  ['/docs-json', 'OpenAPI document', 'for generators'],
  ['/health/ready', 'Readiness', 'what works and what is away'],
  ['/health/live', 'Liveness', 'whether the process answers'],
  ['/metrics', 'Metrics', 'Prometheus text; access may be restricted'],
];

export const LANDING_STYLE = `
:root { color-scheme: light dark; --line: #d8dce3; --soft: #5b6472; --accent: #0b63ce; --back: #f6f7f9; --card: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --line: #323a46; --soft: #a4adba; --accent: #7db4ff; --back: #12161c; --card: #1a2029; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 2.5rem 1rem; }
h1 { margin: 0; font-size: 1.9rem; letter-spacing: -0.02em; }
h2 { margin: 2rem 0 0.6rem; font-size: 0.85rem; text-transform: uppercase; letter-spacing: 0.08em; color: var(--soft); }
p { margin: 0.5rem 0 0; color: var(--soft); }
ul { margin: 0; padding: 0; list-style: none; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; }
li + li { border-top: 1px solid var(--line); }
li > a, li > div { display: block; padding: 0.75rem 1rem; min-height: 2.75rem; }
a { color: var(--accent); text-decoration: none; }
a:hover, a:focus-visible { text-decoration: underline; }
code { font: 0.95em ui-monospace, monospace; }
small { display: block; color: var(--soft); font-size: 0.875rem; }
`;

const linkItem = ([path, title, note]: readonly [string, string, string]): string =>
  `<li><a href="${path}">${title}<small>${note}</small></a></li>`;

const socketItem = ([path, note]: readonly [string, string]): string =>
  `<li><div><code>${path}</code><small>${note}</small></div></li>`;

/** One static document without scripts or resources; nothing in it comes from a request. */
export const LANDING_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Switchboard</title>
<style>${LANDING_STYLE}</style>
</head>
<body>
<main>
<h1>Switchboard</h1>
<p>A self-hosted real-time server. It is up and answering on this port.</p>
<h2>Pages</h2>
<ul>
${LINKS.map(linkItem).join('\n')}
</ul>
<h2>Sockets</h2>
<ul>
${SOCKETS.map(socketItem).join('\n')}
</ul>
</main>
</body>
</html>
`;
