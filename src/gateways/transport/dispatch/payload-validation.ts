import { type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync } from 'class-validator';
import { AppError, type FieldError } from '../../../common/errors/app-error.js';

/** Turns decoded data into a validated instance. @throws AppError `invalid_input` naming every invalid member */
export type PayloadValidator = (data: unknown) => unknown;

/**
 * The validator for a handler's second parameter, based on its declared type. `undefined` when that is not a class with
 * class-validator decorators, so that a codec's own types pass untouched.
 */
export function payloadValidator(prototype: object, method: string): PayloadValidator | undefined {
  const types = Reflect.getMetadata('design:paramtypes', prototype, method) as (Type | undefined)[] | undefined;
  const type = types?.[1];
  if (type === undefined || getMetadataStorage().getTargetValidationMetadatas(type, '', false, false).length === 0) {
    return undefined;
  }
  return (data) => {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new AppError('invalid_input', 'The message must be an object.');
    }
    const instance = plainToInstance(type, data) as object;
    const faults = validateSync(instance, { whitelist: true, stopAtFirstError: true });
    if (faults.length === 0) return instance;
    const errors: FieldError[] = faults.map((fault) => ({
      field: fault.property,
      message: Object.values(fault.constraints ?? {})[0] ?? 'is not valid',
    }));
    throw new AppError('invalid_input', 'The message is not valid.', { errors });
  };
}
