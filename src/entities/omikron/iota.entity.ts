import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A home server that people's data lives on. Its token is stored as SHA-256 digest. */
@Entity('omikron_iotas')
@Unique('omikron_iotas_iota_id_key', ['iotaId'])
@Unique('omikron_iotas_token_digest_key', ['tokenDigest'])
export class Iota {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'omikron_iotas_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  /** The id it goes by on the wire. */
  @Column('uuid', { name: 'iota_id' })
  iotaId!: string;

  @Column('varchar', { length: 100 })
  name!: string;

  @Column('bytea', { name: 'token_digest' })
  tokenDigest!: Buffer;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
