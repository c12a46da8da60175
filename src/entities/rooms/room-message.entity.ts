import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A message of a durable room. Partitioned by hash of the room, without surrogate key and foreign key: an insert
 * maintains only one index, and removing a room does not wait for its messages (see `RemovedRoom`).
 */
@Entity('room_messages')
export class RoomMessage {
  @PrimaryColumn('integer', { name: 'room_id', primaryKeyConstraintName: 'room_messages_pkey' })
  roomId!: number;

  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'room_messages_pkey' })
  offset!: string;

  @Column('timestamptz', { name: 'sent_at' })
  sentAt!: Date;

  @Column('varchar', { length: 100 })
  identity!: string;

  /** The JSON text as its sender wrote it: jsonb would refuse or change some of it. */
  @Column('text')
  message!: string;
}
