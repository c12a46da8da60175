import { createHash } from 'node:crypto';

/** A Lua script that touches one key, `KEYS[1]`. Every server loads it before its first command. */
export class RedisScript {
  static readonly all: RedisScript[] = [];
  readonly sha: string;

  constructor(readonly source: string) {
    this.sha = createHash('sha1').update(source).digest('hex');
    RedisScript.all.push(this);
  }
}
