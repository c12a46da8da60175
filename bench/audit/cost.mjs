// What an administrative request costs with and without its entry in the audit log.
// node bench/audit/cost.mjs [requests per turn] [turns]. Prints milliseconds per request: elapsed, and of CPU (both
// processes, the server alone, the database alone).
import path from 'node:path';
import { median } from '../cpu-time.mjs';
import { withServer } from '../durable.mjs';

const [requests = 20, turns = 100] = process.argv.slice(2).map(Number);
/** Warm-up requests, until everything is compiled. */
const WARM = 1_600;
const PARTS = ['ms', 'cpu', 'server', 'database'];
const ADMIN = { email: 'bench@example.org', password: 'for this run only' };
const env = {
  ADMIN_EMAIL: ADMIN.email,
  ADMIN_PASSWORD: ADMIN.password,
  NODE_OPTIONS: `--import ${path.join(import.meta.dirname, 'toggle.mjs')}`,
};

await withServer(env, async ({ url, cpu, pid }) => {
  const { accessToken } = await call(url, 'POST', 'auth/login', ADMIN);
  const api = (method, route, body) => call(url, method, route, body, accessToken);
  const application = await api('POST', 'applications', { name: 'Bench' });
  const service = await api('POST', 'services', { title: 'Bench' });
  let n = 0;
  const acts = {
    'change a service': () => api('PATCH', `services/${service.id}`, { title: `Bench ${n++}` }),
    'make a service, remove it': async () => {
      const { id } = await api('POST', 'services', { title: `Bench ${n++}` });
      await api('DELETE', `services/${id}`);
    },
    'make a key, remove it': async () => {
      const { id } = await api('POST', `applications/${application.id}/keys`);
      await api('DELETE', `applications/${application.id}/keys/${id}`);
    },
  };
  for (const [name, act] of Object.entries(acts)) {
    const turn = async () => {
      const [began, used] = [performance.now(), cpu()];
      for (let i = 0; i < requests; i++) await act();
      const ms = (performance.now() - began) / requests;
      const now = cpu();
      const [server, database] = ['server', 'database'].map((part) => ((now[part] - used[part]) * 1000) / requests);
      return { ms, cpu: server + database, server, database };
    };
    const toggle = () => process.kill(pid, 'SIGUSR2');
    for (let i = 0; i < WARM; i++) {
      if (i % (WARM / 2) === WARM / 4) toggle();
      await act();
    }
    const seen = { on: [], off: [] };
    for (let i = 0; i < turns; i++) {
      const on = await turn();
      toggle();
      const off = await turn();
      toggle();
      seen.on.push(on);
      seen.off.push(off);
    }
    const parts = PARTS.map((part) => {
      const of = (turns) => median(turns.map((each) => each[part]));
      const ratio = median(seen.on.map((each, i) => each[part] / seen.off[i][part]));
      return `${part} ${of(seen.on).toFixed(2)} / ${of(seen.off).toFixed(2)} = ${ratio.toFixed(3)}`;
    });
    process.stdout.write(`${name}: ${parts.join(', ')}\n`);
  }
});

async function call(url, method, route, body, token) {
  const response = await fetch(`${url}/api/v1/${route}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}
