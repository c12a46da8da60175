import 'reflect-metadata';

const VERBATIM = 'input:verbatim';

/**
 * A member that holds any JSON value and is taken as it is: what it contains are the caller's names, among which
 * class-transformer would look for constructors.
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
