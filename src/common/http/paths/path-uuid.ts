import { Injectable, type PipeTransform } from '@nestjs/common';
import { invalidInput } from '../input/input.pipe.js';
import { UUID } from '../input/text-rules.js';
import { pathParameter } from './path-parameters.js';

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
  const schema = { type: 'string', format: 'uuid', example: '7d444840-9dc0-11d1-b245-5ffdce74fad2' };
  return pathParameter(name, new PathUuidPipe(name), { schema });
}
