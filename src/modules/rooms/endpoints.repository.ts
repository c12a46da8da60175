import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { RoomEndpoint } from '../../entities/rooms/room-endpoint.entity.js';

export type NewEndpoint = Pick<
  RoomEndpoint,
  'roomId' | 'keyId' | 'codeDigest' | 'codeSealed' | 'permissions' | 'identity' | 'expiresAt'
>;

@Injectable()
export class EndpointsRepository {
  constructor(@InjectRepository(RoomEndpoint) private readonly endpoints: Repository<RoomEndpoint>) {}

  create(endpoint: NewEndpoint): Promise<RoomEndpoint> {
    return this.endpoints.save(this.endpoints.create(endpoint));
  }

  /** Ascending by id, which is the order they were made in. */
  page(roomId: number, afterId: number, take: number): Promise<RoomEndpoint[]> {
    return this.endpoints.find({ where: { roomId, id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  /** All of them, in the order they were made in. */
  all(roomId: number): Promise<RoomEndpoint[]> {
    return this.endpoints.find({ where: { roomId }, order: { id: 'ASC' } });
  }

  /** @returns whether there was such an endpoint */
  async delete(roomId: number, codeDigest: Buffer): Promise<boolean> {
    return (await this.endpoints.delete({ roomId, codeDigest })).affected === 1;
  }
}
