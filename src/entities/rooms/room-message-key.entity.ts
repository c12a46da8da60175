import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Remembers for a while which message an idempotency key made, so that repeating it makes no second one. */
@Entity('room_message_keys')
@Index('room_message_keys_expires_at_idx', ['expiresAt'])
export class RoomMessageKey {
  @PrimaryColumn('integer', { name: 'room_id', primaryKeyConstraintName: 'room_message_keys_pkey' })
  roomId!: number;

  /** Id of the endpoint whose acknowledgement id this is; 0 for keys of the application. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'room_message_keys_pkey' })
  scope!: number;

  /** SHA-256 of the key: clients choose it freely. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'room_message_keys_pkey' })
  key!: Buffer;

  /** SHA-256 of what was sent with it. */
  @Column('bytea')
  digest!: Buffer;

  /** Of the message it made; `null` where messages are not kept. */
  @Column('bigint', { nullable: true })
  offset!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
