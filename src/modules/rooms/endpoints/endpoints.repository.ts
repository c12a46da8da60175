import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { RoomEndpoint } from '../../../entities/rooms/room-endpoint.entity.js';

export type NewEndpoint = Pick<
  RoomEndpoint,
  'roomId' | 'keyId' | 'madeByKey' | 'codeDigest' | 'codeSealed' | 'permissions' | 'identity' | 'expiresAt'
>;

const INSERT = prepared(
  `INSERT INTO "room_endpoints"
     ("room_id", "key_id", "made_by_key", "code_digest", "code_sealed", "permissions", "identity", "expires_at")
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING "id"`,
);

@Injectable()
export class EndpointsRepository {
  constructor(@InjectRepository(RoomEndpoint) private readonly endpoints: Repository<RoomEndpoint>) {}

  /** @returns its id */
  async create(endpoint: NewEndpoint): Promise<number> {
    const { roomId, keyId, madeByKey, codeDigest, codeSealed, permissions, identity, expiresAt } = endpoint;
    const values = [roomId, keyId, madeByKey, codeDigest, codeSealed, permissions, identity, expiresAt];
    const [row]: { id: number }[] = await this.endpoints.query(INSERT, values);
    if (row === undefined) throw new Error('a row that was inserted is not there');
    return row.id;
  }

  /** Ascending by id, i.e. in order of creation. */
  page(roomId: number, identity: string | undefined, afterId: number, take: number): Promise<RoomEndpoint[]> {
    const where = { roomId, id: MoreThan(afterId), ...(identity !== undefined && { identity }) };
    return this.endpoints.find({ where, order: { id: 'ASC' }, take });
  }

  /** All endpoints, in order of creation. */
  all(roomId: number): Promise<RoomEndpoint[]> {
    return this.endpoints.find({ where: { roomId }, order: { id: 'ASC' } });
  }

  async find(roomId: number, codeDigest: Buffer): Promise<RoomEndpoint | undefined> {
    return (await this.endpoints.findOneBy({ roomId, codeDigest })) ?? undefined;
  }

  /** @returns whether there was such an endpoint */
  async delete(roomId: number, codeDigest: Buffer): Promise<boolean> {
    return (await this.endpoints.delete({ roomId, codeDigest })).affected === 1;
  }
}
