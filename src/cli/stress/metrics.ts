export interface NodeMetrics {
  /** Bytes. */
  readonly memory: number;
  readonly connections: number;
}

/** Milliseconds. */
const PATIENCE = 5_000;

/** The sum of the metrics of the nodes at these addresses; `null` when one does not answer. */
export async function scrape(urls: readonly string[], token: string | undefined): Promise<NodeMetrics | null> {
  const all = await Promise.all(urls.map((url) => scrapeOne(url, token)));
  return all.reduce<NodeMetrics | null>(
    (sum, each) => sum && each && { memory: sum.memory + each.memory, connections: sum.connections + each.connections },
    { memory: 0, connections: 0 },
  );
}

async function scrapeOne(url: string, token: string | undefined): Promise<NodeMetrics | null> {
  try {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(PATIENCE) });
    return response.ok ? readMetrics(await response.text()) : null;
  } catch {
    return null;
  }
}

/** Reads Prometheus text. Exported for its test. */
export function readMetrics(text: string): NodeMetrics | null {
  const sum = (name: string): number | undefined => {
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'gm'))].map(([, value]) =>
      Number(value),
    );
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0);
  };
  const memory = sum('process_resident_memory_bytes');
  return memory === undefined ? null : { memory, connections: sum('switchboard_connections') ?? 0 };
}
