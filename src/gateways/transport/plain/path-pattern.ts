/** Matches paths such as `/ws/endpoint/:code`; a trailing slash is optional, and each parameter is one segment. */
export class PathPattern {
  private readonly segments: readonly string[];

  constructor(readonly pattern: string) {
    this.segments = segmentsOf(pattern);
  }

  /**
   * @param given segments of a path
   * @returns the decoded parameters, `null` when the path does not match or is not decodable
   */
  match(given: readonly string[]): Readonly<Record<string, string>> | null {
    if (given.length !== this.segments.length) return null;
    const params: Record<string, string> = {};
    for (const [i, segment] of this.segments.entries()) {
      const value = given[i] ?? '';
      if (!segment.startsWith(':')) {
        if (segment !== value) return null;
        continue;
      }
      const decoded = decode(value);
      if (decoded === null || decoded === '') return null;
      params[segment.slice(1)] = decoded;
    }
    return params;
  }
}

/** @param path without query, as it came */
export function segmentsOf(path: string): string[] {
  const end = path.length > 1 && path.endsWith('/') ? path.length - 1 : path.length;
  return path.slice(0, end).split('/');
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
