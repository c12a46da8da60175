import { type TestProject } from 'vitest/node';
import { startRedis } from './redis.js';

/** One Redis for all transcripts on several nodes; each of their servers has keys of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await startRedis();
  project.provide('redisServer', redis.url);
  return () => redis.stop();
}
