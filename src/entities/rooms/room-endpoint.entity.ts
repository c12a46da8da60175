import { Check, Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { ApplicationKey } from './application-key.entity.js';
import { Room } from './room.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/**
 * An addressable seat in a room. Its code is looked up by SHA-256 digest; its application can be shown the code from
 * the sealed copy.
 */
@Entity('room_endpoints')
@Unique('room_endpoints_code_digest_key', ['codeDigest'])
@Index('room_endpoints_room_id_idx', ['roomId'])
@Index('room_endpoints_room_id_identity_idx', ['roomId', 'identity'])
@Index('room_endpoints_key_id_idx', ['keyId'])
@Index('room_endpoints_expires_at_idx', ['expiresAt'])
@Check('room_endpoints_permissions_check', `"permissions" IN ('read', 'write', 'readwrite')`)
export class RoomEndpoint {
  @GeneratedId('room_endpoints')
  id!: number;

  @Column('integer', { name: 'room_id' })
  roomId!: number;

  @References(() => Room, ['room_endpoints', 'room_id'], 'CASCADE')
  room!: Relation<Room>;

  /** The key that created it, while that exists. */
  @Column('integer', { name: 'key_id', nullable: true })
  keyId!: number | null;

  @References(() => ApplicationKey, ['room_endpoints', 'key_id'], 'SET NULL')
  key!: Relation<ApplicationKey> | null;

  /** The same, even after that is deleted: deleting a revoked key must not let its endpoints in again. */
  @Column('integer', { name: 'made_by_key', nullable: true })
  madeByKey!: number | null;

  @Column('bytea', { name: 'code_digest' })
  codeDigest!: Buffer;

  @Column('bytea', { name: 'code_sealed' })
  codeSealed!: Buffer;

  @Column('varchar', { length: 9 })
  permissions!: 'read' | 'write' | 'readwrite';

  /** At most 100 characters (code points). */
  @Column('varchar', { length: 100 })
  identity!: string;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @CreatedAt()
  createdAt!: Date;
}
