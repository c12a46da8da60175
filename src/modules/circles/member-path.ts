import { ID, PathIdPipe } from '../../common/http/paths/path-id.js';
import { pathParameter } from '../../common/http/paths/path-parameters.js';

/** A person named in a path. */
export type MemberRef = number | 'me';

/** Path parameter `userId`: an account's id, or `me` for the caller. */
export function MemberPath(): ParameterDecorator {
  return pathParameter('userId', new PathIdPipe('userId', 'me', 'must be a whole number or me'), {
    schema: { oneOf: [ID, { type: 'string', const: 'me' }] } as object,
    description: 'Id of an account, or `me`.',
  });
}
