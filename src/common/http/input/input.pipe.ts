import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { getMetadataStorage, validate, ValidationTypes, type ValidationError } from 'class-validator';
import { AppError, type FieldError } from '../../errors/app-error.js';
import { verbatimMembers } from './verbatim.js';

type Constructor = ClassConstructor<object>;

/** Deeper bodies would exhaust the stack of the recursive libraries behind this pipe. */
const MAX_DEPTH = 256;
/** Reporting more faults than this helps nobody. */
const MAX_ERRORS = 50;

const BUILT_IN: readonly unknown[] = [String, Boolean, Number, Array, Object, Buffer, Date, Symbol, Promise];

/**
 * Turns bodies and queries into instances of their DTO class, validated: all faults at once, with dotted field paths.
 * What the class does not know is refused. Path parameters have their own pipes, and `JsonApiGuard` refuses what
 * is sent to a route without such a class.
 */
@Injectable()
export class InputPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if ((type !== 'body' && type !== 'query') || metatype === undefined || BUILT_IN.includes(metatype)) return value;
    const target = metatype as Constructor;
    const members = membersOf(target);
    refuseUnknown(type, value, members.names);
    if (isDeeperThan(value, MAX_DEPTH)) throw invalidInput([{ field: '', message: 'the body is nested too deeply' }]);
    // All members are known by now, so neither `__proto__` nor `constructor` gets near the instance.
    // A query is short, and a parameter that was given twice has its own way of being refused.
    const plain: Record<string, unknown> = {};
    const taken: Record<string, unknown> = {};
    for (const [name, item] of Object.entries(value)) {
      (type === 'body' && isTakenAsItIs(members, name, item) ? taken : plain)[name] = item;
    }
    const instance = Object.assign(plainToInstance(target, plain), taken);
    const errors = await validate(instance, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: false,
      stopAtFirstError: false,
      validationError: { target: false, value: false },
    });
    if (errors.length > 0) throw invalidInput(errors.flatMap((error) => flatten(error, '')));
    return instance;
  }
}

/** @throws AppError `invalid_input` when `value` is not an object, or naming its members that are not in `known` */
export function refuseUnknown(
  type: 'body' | 'query',
  value: unknown,
  known: ReadonlySet<string> = new Set(),
): asserts value is Record<string, unknown> {
  if (!isPlainObject(value)) throw invalidInput([{ field: '', message: 'the body must be a JSON object' }]);
  const message = type === 'body' ? 'unknown member' : 'unknown parameter';
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  if (unknown.length > 0) throw invalidInput(unknown.map((field) => ({ field, message })));
}

/** The pipe's 422, for faults that only a service can detect. */
export function invalidInput(errors: readonly FieldError[]): AppError {
  const [first] = errors;
  const detail = first
    ? [first.field, first.message].filter(Boolean).join(': ').slice(0, 200)
    : 'The request is not valid.';
  return new AppError('invalid_input', detail, {
    errors: errors.slice(0, MAX_ERRORS).map(({ field, message }) => ({ field: field.slice(0, 200), message })),
  });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

/** What the decorators of a class say about its members. */
interface Members {
  /** Of those that it validates: those it has. */
  readonly names: ReadonlySet<string>;
  readonly verbatim: ReadonlySet<string>;
  /** Those that it declares a class for. */
  readonly nested: ReadonlySet<string>;
}

/** By class: what never changes, and takes as long to find out as a small body to validate. */
const known = new WeakMap<Constructor, Members>();

function membersOf(target: Constructor): Members {
  const found = known.get(target);
  if (found !== undefined) return found;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(target, '', true, false);
  const nested = metadata.filter(({ type }) => type === ValidationTypes.NESTED_VALIDATION);
  const members: Members = {
    names: new Set(metadata.map(({ propertyName }) => propertyName)),
    verbatim: new Set(verbatimMembers(target)),
    nested: new Set(nested.map(({ propertyName }) => propertyName)),
  };
  known.set(target, members);
  return members;
}

/**
 * Whether a member bypasses class-transformer: verbatim members, and objects without a declared class. It would copy
 * them in time quadratic in their size; the validators read them as they came.
 */
function isTakenAsItIs({ verbatim, nested }: Members, name: string, value: unknown): boolean {
  return verbatim.has(name) || (typeof value === 'object' && value !== null && !nested.has(name));
}

function flatten(error: ValidationError, parent: string): FieldError[] {
  const field = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    field,
    message: rule === 'whitelistValidation' ? 'unknown member' : message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => flatten(child, field))];
}

/** Without recursion, because the input decides how deep this goes. */
function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > limit) return true;
    level = level
      .filter((item) => typeof item === 'object' && item !== null)
      .flatMap((item): unknown[] => Object.values(item));
  }
  return false;
}
