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

/** Path parameter for a UUID in upper or lower case, passed on in lower case; 422 when it is not one. */
export function PathUuid(name: string): ParameterDecorator {
  const schema = { type: 'string', format: 'uuid', example: '7d444840-9dc0-11d1-b245-5ffdce74fad2' };
  return pathParameter(name, new PathUuidPipe(name), { schema });
}
