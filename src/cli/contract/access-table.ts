import { type OpenApiDocument, operationsOf } from './openapi-document.js';

export const ACCESS_TABLE_FILE = 'docs/access.md';

/** The kinds of callers, one column each. */
export const CALLER_COLUMNS = ['nobody', 'user', 'viewer', 'operator', 'admin', 'device', 'application'] as const;

/** What each kind gets, by an operation's `x-caller`: `yes`, or the status of the refusal. */
const CELLS: Readonly<Record<string, readonly string[]>> = {
  public: ['yes', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'],
  optional: ['yes', 'yes', 'yes', 'yes', 'yes', '403', 'yes'],
  user: ['401', 'yes', 'yes', 'yes', 'yes', '403', '401'],
  userOrKey: ['401', 'yes', 'yes', 'yes', 'yes', '403', '401'],
  account: ['401', 'yes', 'yes', 'yes', 'yes', 'yes', '401'],
  bearer: ['401', 'yes', 'yes', 'yes', 'yes', 'yes', '401'],
  ticketHolder: ['401', 'yes', 'yes', 'yes', 'yes', 'yes', 'yes'],
  viewer: ['401', '403', 'yes', 'yes', 'yes', '403', '401'],
  operator: ['401', '403', '403', 'yes', 'yes', '403', '401'],
  admin: ['401', '403', '403', '403', 'yes', '403', '401'],
  viewerOrApplication: ['401', '403', 'yes', 'yes', 'yes', '403', 'yes'],
  adminOrApplication: ['401', '403', '403', '403', 'yes', '403', 'yes'],
  application: ['401', '401', '401', '401', '401', '401', 'yes'],
};

const INTRODUCTION = `# Who may call what

Every operation of REST v1 and who may call it, generated from the API document (\`npm run openapi\`); a test calls each with every
credential. 401 and 403 are what other callers get. A machine key needs the scope in the last column, or its counterpart for \`*\`; if
the column is empty, keys are refused. \`yes\` means that the route is open: a caller may still see only what is theirs, and a viewer
sees no codes.

`;

/** The table for a document, in Markdown, in the order of paths. */
export function accessTable(document: OpenApiDocument): string {
  const rows = operationsOf(document).flatMap(([name, operation]) => {
    if (!name.includes(' /api/v1/')) return [];
    const caller = operation['x-caller'] ?? '';
    const cells = CELLS[caller];
    if (cells === undefined) throw new Error(`The access table knows no caller ${caller}`);
    return [[`\`${name}\``, ...cells, scopeCell(operation['x-required-scope'])]];
  });
  const lines = [['Operation', ...CALLER_COLUMNS, 'machine key with'], Array<string>(9).fill('---'), ...rows];
  return INTRODUCTION + lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

const scopeCell = (scope: string | undefined): string => (scope === undefined ? '' : `\`${scope}\``);
