import {
  type AsyncApiChannel,
  type AsyncApiDocument,
  type AsyncApiMessage,
  type AsyncApiOperation,
  type Json,
  type Reference,
} from './async-api.js';
import { html, type Markup } from './markup.js';

/** Renders the document as a page for people, without scripts and with the common style sheet only. */
export function renderAsyncApi(document: AsyncApiDocument): string {
  const { info, channels, components } = document;
  const sections = Object.entries(channels).map(([name, channel]) => channelSection(document, name, channel));
  const schemas = Object.entries(components.schemas).filter(([name]) => !(name in components.messages));
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title} events</title>
        <link rel="stylesheet" href="/assets/pages.css" />
        <link rel="icon" href="/assets/icon.svg" />
      </head>
      <body>
        <main class="page wide">
          <a class="brand" href="/">Switchboard</a>
          <div class="stack">
            <h1>Events</h1>
            <p class="soft">${marked(info.description)}</p>
            <p class="soft small">
              Version ${info.version}. The same as AsyncAPI 3.0 for generators:
              <code>curl -H 'Accept: application/json' …/docs-asyncapi</code>
            </p>
            <ul class="links">
              ${Object.entries(channels).map(
                ([name, { title, address }]) =>
                  html`<li>
                    <a href="#${name}"
                      >${title}<small><code>${address}</code></small></a
                    >
                  </li>`,
              )}
            </ul>
          </div>
          <div class="stack block">${sections}</div>
          <h2 class="group">Schemas</h2>
          ${schemas.map(
            ([name, schema]) =>
              html`<h3 class="small" id="schema-${name}">${name}</h3>
                ${code(schema)}`,
          )}
        </main>
      </body>
    </html>`.text;
}

function channelSection(document: AsyncApiDocument, name: string, channel: AsyncApiChannel): Markup {
  const { title, address, description, parameters = {}, bindings } = channel;
  const operations = Object.values(document.operations).filter(
    ({ channel: { $ref } }) => $ref === `#/channels/${name}`,
  );
  const schemes = new Set(operations.flatMap(({ security }) => security.map(nameOf)));
  const query = queryOf(bindings ?? operations[0]?.bindings);
  return html`<section class="card stack">
    <h2 id="${name}">${title}</h2>
    <p><code>${address}</code></p>
    <p>${marked(description)}</p>
    <ul>
      ${[...schemes].map(
        (scheme) =>
          html`<li>Credential: ${marked(document.components.securitySchemes[scheme]?.description ?? '')}</li>`,
      )}
      ${Object.entries(parameters).map(([key, each]) => html`<li><code>{${key}}</code>: ${marked(each.description)}</li>`)}
      ${Object.entries(query).map(([key, each]) => html`<li><code>?${key}=</code>: ${marked(each.description ?? '')}</li>`)}
    </ul>
    ${operationList(document, 'Clients send', operations, 'receive')}
    ${operationList(document, 'Clients get', operations, 'send')}
  </section>`;
}

function operationList(
  document: AsyncApiDocument,
  heading: string,
  operations: readonly AsyncApiOperation[],
  action: AsyncApiOperation['action'],
): Markup[] {
  const own = operations.filter((operation) => operation.action === action);
  if (own.length === 0) return [];
  return [html`<h3 class="group">${heading}</h3>`, ...own.map((operation) => operationEntry(document, operation))];
}

function operationEntry({ components }: AsyncApiDocument, { channel, messages, reply }: AsyncApiOperation): Markup {
  const message = components.messages[nameOf(messages[0])] as AsyncApiMessage;
  const answers = (reply?.messages ?? []).map((each) => components.messages[nameOf(each)] as AsyncApiMessage);
  // The channel is part of the id, because a message may go over several channels.
  return html`<details id="${nameOf(channel)}-${message.name}">
    <summary><code>${message.title}</code> <span class="soft">${marked(message.summary)}</span></summary>
    <p class="soft small">${message.name}</p>
    ${message.examples.map(({ payload }) => code(payload))} ${code(components.schemas[nameOf(message.payload)])}
    ${message.headers ? code(components.schemas[nameOf(message.headers)]) : ''}
    ${answers.map(
      (answer) =>
        html`<p>Answered by ${answer.name}: ${marked(answer.summary)}</p>
          ${answer.title === 'acknowledgement' ? answer.examples.map(({ payload }) => code(payload)) : ''}`,
    )}
  </details>`;
}

const nameOf = (reference: Reference | undefined): string => reference?.$ref.split('/').at(-1) ?? '';

const queryOf = (bindings: Json | undefined): Readonly<Record<string, { readonly description?: string }>> => {
  const [binding] = Object.values(bindings ?? {}) as [{ query: { properties: Record<string, object> } }?];
  return binding?.query.properties ?? {};
};

/** JSON as a code block, with references turned into links. */
function code(value: unknown): Markup {
  const text = JSON.stringify(value, null, 2).split(/"#\/components\/schemas\/(\w+)"/);
  return html`<pre>
${text.map((each, index) => (index % 2 === 0 ? each : html`<a href="#schema-${each}">${each}</a>`))}</pre>`;
}

/** Turns text between backticks into code. */
const marked = (text: string): Markup[] =>
  text.split('`').map((each, index) => (index % 2 === 0 ? html`${each}` : html`<code>${each}</code>`));
