import { Injectable, Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { AppError } from '../../errors/app-error.js';
import { MAX_ID } from '../paging/cursor.js';
import { invalidInput } from '../input/input.pipe.js';

type ParameterSchema = NonNullable<Extract<Parameters<typeof ApiParam>[0], { schema?: unknown }>['schema']>;

@Injectable()
class PathIdPipe implements PipeTransform<string, number> {
  constructor(private readonly name: string) {}

  transform(value: string): number {
    if (!/^(?:0|-?[1-9]\d*)$/.test(value)) {
      throw invalidInput([{ field: this.name, message: 'must be a whole number' }]);
    }
    const id = Number(value);
    // A number no row can have is simply not there.
    if (id < 1 || id > MAX_ID) throw new AppError('not_found', 'There is no such resource.');
    return id;
  }
}

@Injectable()
class PathIdOrAllPipe implements PipeTransform<string, number | 'all'> {
  private readonly ids: PathIdPipe;

  constructor(name: string) {
    this.ids = new PathIdPipe(name);
  }

  transform(value: string): number | 'all' {
    return value === 'all' ? 'all' : this.ids.transform(value);
  }
}

const ID = { type: 'integer', minimum: 1, maximum: MAX_ID } as const;

/** Path parameter that is the integer id of a row: 422 when it is no number, 404 when no row can have it. */
export function PathId(name = 'id'): ParameterDecorator {
  return parameter(name, new PathIdPipe(name), { ...ID, example: 1 });
}

/** Path parameter that is the integer id of a row, or `all` for every one. */
export function PathIdOrAll(name: string): ParameterDecorator {
  return parameter(name, new PathIdOrAllPipe(name), { oneOf: [ID, { type: 'string', pattern: '^all$' }], example: 1 });
}

function parameter(name: string, pipe: PipeTransform, schema: ParameterSchema): ParameterDecorator {
  return (target, key, index) => {
    Param(name, pipe)(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || descriptor === undefined) return;
    ApiParam({ name, schema })(target, key, descriptor);
  };
}
