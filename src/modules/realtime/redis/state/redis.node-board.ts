import { Inject, Injectable } from '@nestjs/common';
import { type BoardBeat, NodeBoard } from '../../ports/node-board.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { RedisScript } from '../connection/redis-script.js';

/** ARGV: incarnation, text. Returns for each node: incarnation, age in milliseconds, time it was written, text. */
const BEAT = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f', now) .. ' ' .. ARGV[2])
local beats = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local at, text = string.match(all[i + 1], '^(%d+) (.*)$')
  beats[#beats + 1] = all[i]
  beats[#beats + 1] = string.format('%.0f', math.max(0, now - tonumber(at)))
  beats[#beats + 1] = at
  beats[#beats + 1] = text
end
return beats
`);

/** Heartbeats in one hash, timed by the clock of Redis. */
@Injectable()
export class RedisNodeBoard extends NodeBoard {
  readonly shared = true;

  constructor(@Inject(RedisConnection) private readonly connection: RedisConnection) {
    super();
  }

  get connected(): boolean {
    return this.connection.up;
  }

  onBack(listener: (dataLost: boolean) => void): boolean {
    this.connection.listen({ back: listener });
    return true;
  }

  async beat(incarnation: string, text: string): Promise<BoardBeat[]> {
    const reply = await this.connection.run<string[]>(BEAT, this.key, [incarnation, text]);
    const beats: BoardBeat[] = [];
    for (let at = 0; at < reply.length; at += 4) {
      const [name = '', age = '', mark = '', said = ''] = reply.slice(at, at + 4);
      beats.push({ incarnation: name, age: Number(age), mark, text: said });
    }
    return beats;
  }

  async remove(incarnation: string): Promise<void> {
    await this.connection.send(this.key, ['HDEL', this.key, incarnation]);
  }

  private get key(): string {
    return `${this.connection.prefix}nodes`;
  }
}
