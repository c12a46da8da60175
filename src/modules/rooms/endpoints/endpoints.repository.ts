import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { RoomEndpoint } from '../../../entities/rooms/room-endpoint.entity.js';

export type NewEndpoint = Pick<
  RoomEndpoint,
  'roomId' | 'keyId' | 'madeByKey' | 'codeDigest' | 'codeSealed' | 'permissions' | 'identity' | 'expiresAt'
>;

@Injectable()
export class EndpointsRepository {
  constructor(@InjectRepository(RoomEndpoint) private readonly endpoints: Repository<RoomEndpoint>) {}

  create(endpoint: NewEndpoint): Promise<RoomEndpoint> {
    return this.endpoints.save(this.endpoints.create(endpoint));
  }

  /** Ascending by id, which is the order they were made in. */
  page(roomId: number, identity: string | undefined, afterId: number, take: number): Promise<RoomEndpoint[]> {
    const where = { roomId, id: MoreThan(afterId), ...(identity !== undefined && { identity }) };
    return this.endpoints.find({ where, order: { id: 'ASC' }, take });
  }

  /** All of them, in the order they were made in. */
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
