import { type TestProject } from 'vitest/node';
import { startSharedRedis } from './redis.js';

/** One Redis, or cluster, for all transcripts on several nodes. Each of their servers has its own keys in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const redis = await startSharedRedis(project.config.env['TEST_REDIS']);
  project.provide('redisServer', redis.url);
  return () => redis.stop();
}
