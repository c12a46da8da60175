import { Injectable, Param, type PipeTransform } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { invalidInput } from '../input/input.pipe.js';
import { UUID } from '../input/text-rules.js';

@Injectable()
class PathUuidPipe implements PipeTransform<string, string> {
  constructor(private readonly name: string) {}

  transform(value: string): string {
    if (!UUID.test(value)) throw invalidInput([{ field: this.name, message: 'must be a UUID' }]);
    return value.toLowerCase();
  }
}

/** Path parameter that is a UUID in any case, handed on in lower case: 422 when it is none. */
export function PathUuid(name: string): ParameterDecorator {
  return (target, key, index) => {
    Param(name, new PathUuidPipe(name))(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || descriptor === undefined) return;
    const schema = { type: 'string', format: 'uuid', example: '7d444840-9dc0-11d1-b245-5ffdce74fad2' } as const;
    ApiParam({ name, schema })(target, key, descriptor);
  };
}
