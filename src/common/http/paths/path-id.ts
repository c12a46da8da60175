import { Injectable, type PipeTransform } from '@nestjs/common';
import { AppError } from '../../errors/app-error.js';
import { MAX_ID } from '../paging/cursor.js';
import { invalidInput } from '../input/input.pipe.js';
import { pathParameter } from './path-parameters.js';

/** Reads an id, or `word` in place of one. */
@Injectable()
export class PathIdPipe<W extends string = never> implements PipeTransform<string, number | W> {
  constructor(
    private readonly name: string,
    private readonly word?: W,
    private readonly fault = 'must be a whole number',
  ) {}

  transform(value: string): number | W {
    if (this.word !== undefined && value === this.word) return this.word;
    if (!/^(?:0|-?[1-9]\d*)$/.test(value)) throw invalidInput([{ field: this.name, message: this.fault }]);
    const id = Number(value);
    // No row can have such an id, so there is none.
    if (id < 1 || id > MAX_ID) throw new AppError('not_found', 'There is no such resource.');
    return id;
  }
}

/** Schema of an id. */
export const ID = { type: 'integer', minimum: 1, maximum: MAX_ID } as const;

/** Path parameter for the integer id of a row: 422 when it is not a number, 404 when no row can have it. */
export function PathId(name = 'id'): ParameterDecorator {
  return pathParameter(name, new PathIdPipe(name), { schema: { ...ID, example: 1 } });
}

/** Path parameter for the integer id of a row, or `all`. */
export function PathIdOrAll(name: string): ParameterDecorator {
  const schema = { oneOf: [ID, { type: 'string', pattern: '^all$' }], example: 1 };
  return pathParameter(name, new PathIdPipe(name, 'all'), { schema });
}
