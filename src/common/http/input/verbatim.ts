import 'reflect-metadata';

const VERBATIM = 'input:verbatim';

/**
 * Marks a member that holds any JSON value and is taken as is. The names inside it are the caller's, and
 * class-transformer would look for constructors among them.
 */
export function Verbatim(): PropertyDecorator {
  return (target, property) => {
    const names = [...verbatimMembers(target.constructor), String(property)];
    Reflect.defineMetadata(VERBATIM, names, target.constructor);
  };
}

export function verbatimMembers(type: object): readonly string[] {
  return (Reflect.getMetadata(VERBATIM, type) ?? []) as readonly string[];
}
