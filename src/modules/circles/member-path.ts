import { Injectable, Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { AppError } from '../../common/errors/app-error.js';
import { MAX_ID } from '../../common/http/paging/cursor.js';
import { invalidInput } from '../../common/http/input/input.pipe.js';

/** Somebody named in a path. */
export type MemberRef = number | 'me';

@Injectable()
class MemberPipe implements PipeTransform<string, MemberRef> {
  transform(value: string): MemberRef {
    if (value === 'me') return 'me';
    if (!/^(?:0|-?[1-9]\d*)$/.test(value)) {
      throw invalidInput([{ field: 'userId', message: 'must be a whole number or me' }]);
    }
    const id = Number(value);
    // A number no account can have is simply not there.
    if (id < 1 || id > MAX_ID) throw new AppError('not_found', 'There is no such resource.');
    return id;
  }
}

/** Path parameter `userId`: an account's id, or `me` for whoever asks. */
export function MemberPath(): ParameterDecorator {
  return (target, key, index) => {
    Param('userId', MemberPipe)(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || descriptor === undefined) return;
    const schema = {
      oneOf: [
        { type: 'integer', minimum: 1, maximum: MAX_ID },
        { type: 'string', const: 'me' },
      ],
    } as object;
    ApiParam({ name: 'userId', schema, description: 'Id of an account, or `me`.' })(target, key, descriptor);
  };
}
