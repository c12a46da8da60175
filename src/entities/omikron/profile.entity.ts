import { Column, Entity, Index, JoinColumn, ManyToOne, type Relation, Unique } from 'typeorm';
import { Iota } from './iota.entity.js';
import { CreatedAt, GeneratedId } from '../columns.js';

/** A user, and the home server they belong to. The hash of their private key is stored as a keyed digest. */
@Entity('omikron_profiles')
@Unique('omikron_profiles_user_id_key', ['userId'])
@Index('omikron_profiles_iota_id_idx', ['iotaId', 'id'])
export class Profile {
  @GeneratedId('omikron_profiles')
  id!: number;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  @Column('uuid', { name: 'iota_id' })
  iotaId!: string;

  @ManyToOne(() => Iota, { onDelete: 'CASCADE' })
  @JoinColumn({
    name: 'iota_id',
    referencedColumnName: 'iotaId',
    foreignKeyConstraintName: 'omikron_profiles_iota_id_fkey',
  })
  iota!: Relation<Iota>;

  /** HMAC-SHA-256 of the private key's hash. */
  @Column('bytea', { name: 'key_digest' })
  keyDigest!: Buffer;

  @CreatedAt()
  createdAt!: Date;
}
