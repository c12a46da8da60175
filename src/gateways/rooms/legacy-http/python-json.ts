import { asciiJson } from '../../../common/json/ascii-json.js';

/** JSON as Python prints it: a space after colons and commas, ASCII only. Older clients compare it as text. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, inner]) => `${asciiJson(name)}: ${pythonJson(inner)}`);
    return `{${members.join(', ')}}`;
  }
  return typeof value === 'string' ? asciiJson(value) : JSON.stringify(value);
}
