import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { randomHex } from '../../../common/security/random.js';
import { channel, type Channel } from '../channel.js';
import { type HubEvent } from '../hub-event.js';
import { Hub } from './hub.js';
import { NodeIdentity } from '../node-identity.js';
import { type Topic } from './topic.js';

const ALL_NODES = channel<Asked | Answered>('cluster', 'all');
const nodeChannel = (node: string): Channel<Asked | Answered> => channel('cluster', 'node', node);
const TIMEOUT_MS = 2_000;

/** What one node answered. */
export interface NodeAnswer<T> {
  readonly node: string;
  readonly value: T;
}

export interface NodeAnswers<T> {
  readonly answers: readonly NodeAnswer<T>[];
  /** Live nodes that did not answer in time, or failed to. */
  readonly missing: readonly string[];
}

type AnswerHandler = (question: never) => unknown;

interface Asked extends HubEvent {
  readonly type: 'cluster.asked';
  readonly topic: string;
  readonly question: unknown;
  readonly from: string;
  /** `null` when nobody waits for an answer. */
  readonly id: string | null;
}

interface Answered extends HubEvent {
  readonly type: 'cluster.answered';
  readonly id: string;
  readonly from: string;
  readonly ok: boolean;
  readonly value: unknown;
}

interface Pending {
  readonly answers: NodeAnswer<unknown>[];
  readonly missing: Set<string>;
  readonly done: () => void;
}

/** Asks all nodes, this one included, and collects the answers. For admin views, never on a message's path. */
@Injectable()
export class ClusterQuery implements OnModuleInit {
  private readonly logger = new Logger(ClusterQuery.name);
  private readonly handlers = new Map<string, AnswerHandler>();
  private readonly pending = new Map<string, Pending>();
  private peers: ReadonlySet<string> = new Set();

  constructor(
    private readonly hub: Hub,
    private readonly identity: NodeIdentity,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.hub.listen(nodeChannel(this.name), this.heard);
    await this.hub.listen(ALL_NODES, this.heard);
  }

  /** Sets the names of the other live nodes; whoever watches the nodes keeps this current. */
  setPeers(peers: ReadonlySet<string>): void {
    this.peers = peers;
  }

  /** Whether `node` names a live node. */
  knows(node: string): boolean {
    return node === this.identity.name || this.peers.has(node);
  }

  /** Registers the handler for questions on `topic`, from any node. */
  answer<Q, A>(topic: Topic<Q, A>, handler: (question: Q) => A | Promise<A>): void {
    this.handlers.set(topic, handler);
  }

  /** Tells all other nodes something, at most once and without an answer. */
  tell<Q>(topic: Topic<Q>, question: NoInfer<Q>): void {
    if (this.peers.size > 0)
      this.publish(ALL_NODES, { type: 'cluster.asked', topic, question, from: this.name, id: null });
  }

  /** Asks all live nodes, or only `node`. Never throws: nodes that fail to answer are listed in `missing`. */
  async ask<Q, A>(
    topic: Topic<Q, A>,
    question: NoInfer<Q>,
    { timeoutMs = TIMEOUT_MS, node }: { timeoutMs?: number; node?: string } = {},
  ): Promise<NodeAnswers<A>> {
    const others = node === undefined ? [...this.peers] : [node].filter((name) => name !== this.name);
    const answers: NodeAnswer<unknown>[] = [];
    const missing = new Set(others);
    const remote = others.length > 0 ? this.collect({ topic, question, node, timeoutMs, answers, missing }) : undefined;
    if (node === undefined || node === this.name) {
      const { ok, value } = await this.handle(topic, question);
      if (ok) answers.push({ node: this.name, value });
      else missing.add(this.name);
    }
    await remote;
    return { answers: answers as NodeAnswer<A>[], missing: [...missing] };
  }

  private get name(): string {
    return this.identity.name;
  }

  private collect(asked: {
    topic: string;
    question: unknown;
    node: string | undefined;
    timeoutMs: number;
    answers: NodeAnswer<unknown>[];
    missing: Set<string>;
  }): Promise<void> {
    const { topic, question, node, timeoutMs, answers, missing } = asked;
    const id = randomHex(8);
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.pending.delete(id);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.pending.set(id, { answers, missing, done });
      const to = node === undefined ? ALL_NODES : nodeChannel(node);
      this.publish(to, { type: 'cluster.asked', topic, question, from: this.name, id });
    });
  }

  private readonly heard = (event: Asked | Answered): void => {
    if (event.type === 'cluster.answered') this.collected(event);
    else if (event.from !== this.name) void this.reply(event);
  };

  private collected({ id, from, ok, value }: Answered): void {
    const pending = this.pending.get(id);
    if (!ok || !pending?.missing.delete(from)) return;
    pending.answers.push({ node: from, value });
    if (pending.missing.size === 0) pending.done();
  }

  private async reply({ topic, question, from, id }: Asked): Promise<void> {
    const { ok, value } = await this.handle(topic, question);
    if (id !== null) this.publish(nodeChannel(from), { type: 'cluster.answered', id, from: this.name, ok, value });
  }

  private async handle(topic: string, question: unknown): Promise<{ ok: boolean; value: unknown }> {
    const handler = this.handlers.get(topic);
    if (handler === undefined) return { ok: false, value: null };
    try {
      return { ok: true, value: await handler(question as never) };
    } catch (error) {
      reportFailure(this.logger, `a question of another node about ${topic} could not be answered`, error);
      return { ok: false, value: null };
    }
  }

  private publish(to: Channel<Asked | Answered>, event: Asked | Answered): void {
    this.hub.signal(to, event);
  }
}
