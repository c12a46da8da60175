import { type Request } from 'express';

/** The part of Express' router that tells which routes match a path. */
interface RouterLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

const stackOf = ({ app: { router } }: Request): readonly RouterLayer[] =>
  router.stack as ((typeof router.stack)[number] & RouterLayer)[];

/** Methods that the routes of this path answer, for `Allow`; empty when the path is unknown. */
export function allowedMethods(request: Request): string[] {
  const methods = new Set<string>();
  for (const layer of stackOf(request)) {
    if (!layer.route || layer.route.methods['_all'] || !matches(layer, request.path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return methods.has(request.method) ? [] : [...methods].sort();
}

/** Express throws on a path with a broken percent-escape; it matches nothing. */
function matches(layer: RouterLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}
