import { Column, Entity, Unique } from 'typeorm';
import { CreatedAt, GeneratedId } from '../columns.js';

/** A home server that people's data lives on. Its token is stored as a SHA-256 digest. */
@Entity('omikron_iotas')
@Unique('omikron_iotas_iota_id_key', ['iotaId'])
@Unique('omikron_iotas_token_digest_key', ['tokenDigest'])
export class Iota {
  @GeneratedId('omikron_iotas')
  id!: number;

  /** Its id on the wire. */
  @Column('uuid', { name: 'iota_id' })
  iotaId!: string;

  @Column('varchar', { length: 100 })
  name!: string;

  @Column('bytea', { name: 'token_digest' })
  tokenDigest!: Buffer;

  @CreatedAt()
  createdAt!: Date;
}
