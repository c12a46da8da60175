import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { ENVIRONMENT } from '../../src/config/variables/environment.js';
import { describeWith } from '../support/requires.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const FOLDER = path.join(ROOT, 'deploy/kubernetes');
const read = (file: string): string => readFileSync(path.join(FOLDER, file), 'utf8');

/** The module of kubernetes-types by apiVersion, for resources of Kubernetes' own API. */
const API: Record<string, string> = {
  v1: 'core/v1',
  'apps/v1': 'apps/v1',
  'networking.k8s.io/v1': 'networking/v1',
  'policy/v1': 'policy/v1',
  'autoscaling/v2': 'autoscaling/v2',
};

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into manifests freely
  readonly [member: string]: any;
}

const kustomization = parse(read('kustomization.yaml')) as { resources: string[] };
const manifests: Manifest[] = [...kustomization.resources, 'secret.example.yaml'].flatMap((file) =>
  parseAllDocuments(read(file)).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  }),
);
const the = (kind: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
};

/** What the compiler says about manifests as typed literals: wrong values and unknown members. */
function faults(of: readonly Manifest[]): string[] {
  const name = path.join(ROOT, 'test/docs/manifests.ts');
  const source = of
    .map(({ apiVersion, kind, ...more }, i) => {
      const from = API[apiVersion];
      if (from === undefined) throw new Error(`no types for ${apiVersion}`);
      const value = JSON.stringify({ apiVersion, kind, ...more }, null, 1);
      return `import { type ${kind} as T${i} } from 'kubernetes-types/${from}';\nexport const m${i}: T${i} = ${value};`;
    })
    .join('\n');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    lib: ['lib.es5.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile } = {
    fileExists: host.fileExists.bind(host),
    getSourceFile: host.getSourceFile.bind(host),
  };
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, source, rest[0]) : getSourceFile(file, ...rest);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('the manifests for Kubernetes', () => {
  it('match its API, member by member', () => {
    expect(faults(manifests)).toEqual([]);
  });

  it('are checked in a way that finds a misspelt member and a wrong value', () => {
    const changed = (from: string, to: string) =>
      faults([JSON.parse(JSON.stringify(the('Deployment')).replace(from, to)) as Manifest]);
    expect(changed('"livenessProbe"', '"livnessProbe"')).toEqual([expect.stringContaining('livnessProbe')]);
    expect(changed('"replicas":3', '"replicas":"3"')).toEqual([expect.stringContaining('number')]);
  });

  it('give a pod the time that its drain takes', () => {
    const { spec } = the('Deployment')['spec'].template;
    const before = Number(spec.containers[0].lifecycle.preStop.exec.command[1]);
    const drain = Number(the('ConfigMap')['data'].DRAIN_SECONDS);
    expect(spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(before + drain + 10);
  });

  it('set only variables that the server reads, and none twice', () => {
    const [settings, secrets] = [the('ConfigMap')['data'], the('Secret')['stringData']].map(Object.keys);
    const names = [...settings!, ...secrets!];
    expect(names.filter((name) => !(name in ENVIRONMENT) && name !== 'REDIS_URL')).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('probe the health of each pod', () => {
    const [container] = the('Deployment')['spec'].template.spec.containers;
    for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe']) {
      expect(container[probe].httpGet).toMatchObject({ path: expect.stringMatching(/^\/health\//), port: 'http' });
    }
  });

  it('admit the host that the server accepts', () => {
    const { host } = new URL(the('ConfigMap')['data'].PUBLIC_URL as string);
    for (const { kind, spec } of manifests) if (kind === 'Ingress') expect(spec.rules[0].host).toBe(host);
  });

  it('run it unprivileged on a read-only file system', () => {
    const { spec } = the('Deployment')['spec'].template;
    expect(spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    expect(spec.containers[0].securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it('refer to each other', () => {
    const { labels } = the('Deployment')['spec'].template.metadata;
    expect(the('Service')['spec'].selector).toEqual(labels);
    expect(the('PodDisruptionBudget')['spec'].selector.matchLabels).toEqual(labels);
    expect(the('HorizontalPodAutoscaler')['spec'].scaleTargetRef.name).toBe(the('Deployment')['metadata'].name);
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
    const apart = ['kustomization.yaml', 'secret.example.yaml', 'prometheus-adapter.yaml'];
    expect(files.sort()).toEqual([...kustomization.resources, ...apart].sort());
  });

  it('scale by a metric that the server has and the adapter passes on', () => {
    const [{ pods }] = the('HorizontalPodAutoscaler')['spec'].metrics;
    const { name } = pods.metric;
    expect(readFileSync(path.join(ROOT, 'src/modules/observability/metrics.ts'), 'utf8')).toContain(`'${name}'`);
    const [rule] = (parse(read('prometheus-adapter.yaml')) as { rules: { custom: Manifest[] } }).rules.custom;
    expect(rule).toMatchObject({ name: { as: name }, seriesQuery: expect.stringContaining(name) });
  });
});

describeWith('docker-compose', 'the Compose file', () => {
  const secrets = {
    SECRET_KEY: 'x'.repeat(32),
    POSTGRES_PASSWORD: 'p',
    REDIS_PASSWORD: 'r',
    TURN_SECRET: 't',
    ADMIN_EMAIL: 'a@example.org',
    ADMIN_PASSWORD: 'long enough',
    PUBLIC_URL: 'https://switchboard.example.org',
    TURN_HOST: 'turn.example.org',
  };
  const config = async (env: Record<string, string>, ...args: string[]) => {
    const options = { cwd: ROOT, env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env } };
    const { stdout } = await promisify(execFile)('docker-compose', [...args, 'config'], options);
    return parse(stdout) as { services: Record<string, { environment: Record<string, string>; profiles?: string[] }> };
  };

  it('has one server, or three with equal settings behind a load balancer', async () => {
    const { services } = await config(secrets, '--profile', 'three-nodes');
    expect(Object.keys(services)).toEqual(
      expect.arrayContaining(['server', 'server-2', 'server-3', 'balancer', 'postgres', 'redis', 'coturn']),
    );
    expect(services['server-2']!.environment).toEqual(services['server']!.environment);
    expect(services['server-3']!.environment).toEqual(services['server']!.environment);
    expect(services['server']!.environment).toMatchObject({ REDIS_URL: 'redis://:r@redis:6379' });
    const optional = Object.keys(services).filter((name) => services[name]!.profiles?.includes('three-nodes'));
    expect(optional.sort()).toEqual(['balancer', 'server-2', 'server-3']);
  });

  it('names a secret that is missing', async () => {
    await expect(config({ ...secrets, SECRET_KEY: '' })).rejects.toThrow('SECRET_KEY');
  });
});
