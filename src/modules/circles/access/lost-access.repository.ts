import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Circle } from '../../../entities/circles/circle.entity.js';

/** An account or device that is in the room of a circle or conversation. */
export interface Whereabouts {
  readonly kind: 'user' | 'device';
  readonly who: number;
  readonly room: 'circle' | 'conversation';
  readonly id: number;
}

/** An account or device that may no longer be in that room. */
export interface LostAccess extends Whereabouts {
  /** Whether the circle or conversation still exists. */
  readonly exists: boolean;
  /** Whether they are still in the circle, or in the conversation's circle. */
  readonly inCircle: boolean;
  /** Email of the admin of the room, who could have removed them; `null` when there is none. */
  readonly admin: string | null;
}

/** Finds accounts and devices in rooms they may no longer be in. */
@Injectable()
export class LostAccessRepository {
  constructor(@InjectRepository(Circle) private readonly circles: Repository<Circle>) {}

  /** Needs one statement, however many places. */
  find(places: readonly Whereabouts[]): Promise<LostAccess[]> {
    return this.circles.query(
      `SELECT p."kind", p."who", p."room", p."id", coalesce(c."id", v."circle_id") IS NOT NULL AS "exists",
         CASE p."kind"
           WHEN 'user' THEN EXISTS (SELECT FROM "circle_members" m
             WHERE m."circle_id" = coalesce(c."id", v."circle_id") AND m."user_id" = p."who")
           ELSE EXISTS (SELECT FROM "devices" d
             WHERE d."circle_id" = coalesce(c."id", v."circle_id") AND d."id" = p."who") END AS "inCircle",
         (SELECT u."email" FROM "users" u WHERE u."id" = CASE p."room"
           WHEN 'circle' THEN (SELECT m."user_id" FROM "circle_members" m
             WHERE m."circle_id" = p."id" AND m."privilege" = 'ADMIN' LIMIT 1)
           ELSE (SELECT l."user_id" FROM "conversation_links" l
             WHERE l."conversation_id" = p."id" AND l."privilege" = 'ADMIN' LIMIT 1) END) AS "admin"
       FROM unnest($1::text[], $2::integer[], $3::text[], $4::integer[]) AS p("kind", "who", "room", "id")
       LEFT JOIN "circles" c ON p."room" = 'circle' AND c."id" = p."id"
       LEFT JOIN "conversations" v ON p."room" = 'conversation' AND v."id" = p."id" AND v."circle_id" IS NOT NULL
       WHERE NOT CASE
         WHEN p."room" = 'circle' AND p."kind" = 'user' THEN EXISTS (SELECT FROM "circle_members" m
           WHERE m."circle_id" = c."id" AND m."user_id" = p."who")
         WHEN p."room" = 'circle' THEN EXISTS (SELECT FROM "devices" d WHERE d."circle_id" = c."id" AND d."id" = p."who")
         WHEN p."kind" = 'user' THEN EXISTS (SELECT FROM "conversation_links" l
           WHERE l."conversation_id" = v."id" AND l."user_id" = p."who" AND l."member_of" IS NOT NULL)
         ELSE v."device_access" IS TRUE AND EXISTS (SELECT FROM "devices" d
           WHERE d."circle_id" = v."circle_id" AND d."id" = p."who") END`,
      [
        places.map(({ kind }) => kind),
        places.map(({ who }) => who),
        places.map(({ room }) => room),
        places.map(({ id }) => id),
      ],
    );
  }
}
