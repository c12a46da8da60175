import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Remembers for a while which message an idempotency key created, so that repeating it creates no second one. */
@Entity('room_message_keys')
@Index('room_message_keys_expires_at_idx', ['expiresAt'])
export class RoomMessageKey {
  @PrimaryColumn('integer', { name: 'room_id', primaryKeyConstraintName: 'room_message_keys_pkey' })
  roomId!: number;

  /** Id of the endpoint whose acknowledgement id this is; 0 for keys of the application. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'room_message_keys_pkey' })
  scope!: number;

  /** SHA-256 of the key, which clients choose freely. */
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'room_message_keys_pkey' })
  key!: Buffer;

  /** SHA-256 of what was sent with it. */
  @Column('bytea')
  digest!: Buffer;

  /** Offset of the message it created; `null` where messages are not kept. */
  @Column('bigint', { nullable: true })
  offset!: string | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
