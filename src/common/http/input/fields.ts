import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { isEmail, ValidateBy, ValidateIf } from 'class-validator';
import { fits } from '../../text/characters.js';
import { dateFault, nameFault, textFault, timeFault } from './text-rules.js';

/**
 * Members of request bodies, declared once: each decorator both validates and writes the schema. An `optional` member
 * may be absent, a `nullable` one may be `null`; the two mean different things.
 */
interface FieldOptions {
  readonly optional?: boolean;
  readonly nullable?: boolean;
  readonly example?: unknown;
  readonly default?: unknown;
}

/** Schema of a member that holds any JSON value. Decorators must name a type; the document drops it again. */
export const ANY_JSON = { type: 'string', format: 'any-json' } as const;

/** Returns why a value is invalid, or `undefined`. Never quotes the value, which may be a secret. */
type Check = (value: unknown) => string | undefined;

/** The generic field, for whatever the ones below do not cover. */
export function Field(
  name: string,
  check: Check,
  schema: ApiPropertyOptions,
  options: FieldOptions = {},
): PropertyDecorator {
  const { optional = false, nullable = false, example, default: fallback } = options;
  return applyDecorators(
    ...(optional || nullable
      ? [ValidateIf((_object, value: unknown) => !((optional && value === undefined) || (nullable && value === null)))]
      : []),
    ValidateBy({
      name,
      validator: {
        validate: (value: unknown) => check(value) === undefined,
        defaultMessage: (args) => (args?.value === undefined ? 'is required' : (check(args.value) ?? 'is not valid')),
      },
    }),
    ApiProperty({
      ...schema,
      required: !optional,
      ...(nullable && { nullable: true }),
      ...(example !== undefined && { example }),
      ...(fallback !== undefined && { default: fallback }),
    } as ApiPropertyOptions),
  );
}

/** Text of `min` (default 1) to `max` characters that PostgreSQL can store. */
export function TextField(
  options: FieldOptions & { min?: number; max: number; pattern?: RegExp; format?: string },
): PropertyDecorator {
  const { min = 1, max, pattern, format } = options;
  const check: Check = (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (fits(value, min - 1) || !fits(value, max)) return `must have ${min} to ${max} characters`;
    if (pattern && !pattern.test(value)) return `must match ${pattern.source}`;
    return textFault(value);
  };
  const schema = { type: 'string', minLength: min, maxLength: max } as const;
  return Field(
    'text',
    check,
    { ...schema, ...(pattern && { pattern: pattern.source }), ...(format && { format }) },
    options,
  );
}

/** A name of somebody or something: not blank, and without invisible characters. */
export function NameField(options: FieldOptions & { max: number }): PropertyDecorator {
  const check: Check = (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (!fits(value, options.max) || value.trim() === '')
      return `must have 1 to ${options.max} characters, not all blank`;
    return nameFault(value);
  };
  return Field('name', check, { type: 'string', minLength: 1, maxLength: options.max }, options);
}

const MAX_EMAIL = 254;

/** An email address; surrounding white space is not part of it, see `normalizeEmail`. */
export function EmailField(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => {
    if (typeof value !== 'string') return 'must be a string';
    if (!fits(value, MAX_EMAIL)) return `must have at most ${MAX_EMAIL} characters`;
    return (
      nameFault(value.trim()) ??
      (isEmail(value.trim(), { allow_utf8_local_part: true }) ? undefined : 'must be an email address')
    );
  };
  return Field('email', check, { type: 'string', format: 'email', maxLength: MAX_EMAIL }, options);
}

export function IntegerField(options: FieldOptions & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options;
  const check: Check = (value) =>
    Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max
      ? undefined
      : `must be a whole number from ${min} to ${max}`;
  return Field('integer', check, { type: 'integer', minimum: min, maximum: max }, options);
}

export function BooleanField(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
  return Field('boolean', check, { type: 'boolean' }, options);
}

/** A closed list, with its name in the OpenAPI document; `ENUMS` in `openapi-texts.ts` describes it. */
export interface Choice {
  readonly name: string;
  readonly values: readonly string[];
}

const choiceSchema = ({ name, values }: Choice) =>
  ({ type: 'string', enum: [...values], enumName: name }) satisfies ApiPropertyOptions;

export function ChoiceField(choice: Choice, options: FieldOptions = {}): PropertyDecorator {
  const { values } = choice;
  const check: Check = (value) =>
    typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`;
  return Field('choice', check, choiceSchema(choice), options);
}

/** A response member with a value from a closed list. */
export function ApiChoice(
  choice: Choice,
  options: { example: string | null; nullable?: boolean; description?: string },
): PropertyDecorator {
  return ApiProperty({ ...choiceSchema(choice), ...options });
}

/** How much earlier than in UTC, in milliseconds, a day begins in the first time zone. */
const EARLIEST_ZONE_MS = 14 * 3_600_000;

/** A calendar date, `YYYY-MM-DD`, that is not in the future. */
export function PastDateField(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => {
    const fault = typeof value === 'string' ? dateFault(value) : 'must be a date YYYY-MM-DD';
    if (fault !== undefined) return fault;
    return Date.parse(value as string) > Date.now() + EARLIEST_ZONE_MS ? 'must not be in the future' : undefined;
  };
  return Field('date', check, { type: 'string', format: 'date' }, options);
}

/** A point in time, RFC 3339 with offset. */
export function TimeField(options: FieldOptions = {}): PropertyDecorator {
  const check: Check = (value) => (typeof value === 'string' ? timeFault(value) : 'must be a string');
  return Field('time', check, { type: 'string', format: 'date-time' }, options);
}
