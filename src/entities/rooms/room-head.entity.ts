import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn, type Relation } from 'typeorm';
import { Room } from './room.entity.js';

/**
 * Where a durable room's messages begin and end. Apart from the room, since it changes with every flush, and its lock is
 * what makes offsets gap-free and visible in ascending order.
 */
@Entity('room_heads')
export class RoomHead {
  @PrimaryColumn('integer', { name: 'room_id', primaryKeyConstraintName: 'room_heads_pkey' })
  roomId!: number;

  @OneToOne(() => Room, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'room_id', foreignKeyConstraintName: 'room_heads_room_id_fkey' })
  room!: Relation<Room>;

  /** Changes when what clients remember of offsets is worth nothing any more. */
  @Column('varchar', { length: 16 })
  epoch!: string;

  /** Offset of the newest message; 0 before the first. */
  @Column('bigint', { name: 'last_offset', default: 0 })
  lastOffset!: string;

  /** Messages up to this offset are gone. */
  @Column('bigint', { name: 'floor_offset', default: 0 })
  floorOffset!: string;

  /** Messages up to this offset are removed from the table, too. */
  @Column('bigint', { name: 'swept_offset', default: 0 })
  sweptOffset!: string;
}
