import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import path from 'node:path';
import { AppConfig } from '../../config/app-config.js';
import { prepareDataDir } from '../../config/data-dir.js';
import { Circle } from '../../entities/circles/circle.entity.js';
import { CircleInvite } from '../../entities/circles/circle-invite.entity.js';
import { CircleMember } from '../../entities/circles/circle-member.entity.js';
import { Conversation } from '../../entities/circles/conversation.entity.js';
import { ConversationMessage } from '../../entities/circles/conversation-message.entity.js';
import { Device } from '../../entities/circles/device.entity.js';
import { Media } from '../../entities/circles/media.entity.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { RevocationSelectors } from '../realtime/access/revocation-selectors.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { IceServersModule } from '../ice-servers/ice-servers.module.js';
import { AccessRepository } from './access/access.repository.js';
import { LostAccessRepository } from './access/lost-access.repository.js';
import { CircleAccess } from './access/access.service.js';
import { ConversationsController } from './conversations/conversations.controller.js';
import { ConversationsRepository } from './conversations/conversations.repository.js';
import { Conversations } from './conversations/conversations.service.js';
import { DevicesController } from './devices/devices.controller.js';
import { DevicesRepository } from './devices/devices.repository.js';
import { Devices } from './devices/devices.service.js';
import { AccessComparison } from './live/access-comparison.service.js';
import { CallSignals } from './live/call-signals.service.js';
import { LiveAdmission } from './live/live-admission.service.js';
import { LiveMessages } from './live/live-messages.service.js';
import { LiveRooms } from './live/live-rooms.service.js';
import { ConversationRecovery } from './live/conversation-recovery.service.js';
import { TargetsRepository } from './live/targets.repository.js';
import { Typing } from './live/typing.service.js';
import { CirclesController } from './membership/circles.controller.js';
import { CirclesRepository } from './membership/circles.repository.js';
import { Circles } from './membership/circles.service.js';
import { ComingAndGoing } from './membership/coming-and-going.service.js';
import { InvitesController } from './membership/invites.controller.js';
import { InvitesRepository } from './membership/invites.repository.js';
import { Invites } from './membership/invites.service.js';
import { MembersRepository } from './membership/members.repository.js';
import { CircleMembers } from './membership/circle-members.service.js';
import { MediaController } from './media/media.controller.js';
import { MediaRepository } from './media/media.repository.js';
import { MediaQuotaRepository } from './media/uploads/media-quota.repository.js';
import { MediaQuota } from './media/uploads/media-quota.service.js';
import { AccountMediaUsageController, CircleMediaUsageController } from './media/media-usage.controller.js';
import { MediaFiles } from './media/media.service.js';
import { MediaSweeper } from './media/media-sweeper.service.js';
import { ResumableUploads } from './media/uploads/resumable-uploads.service.js';
import { DiskStorage } from './media/storage/disk-storage.js';
import { MediaStorage } from './media/storage/media-storage.js';
import { StorageHealth } from './media/storage/storage-health.js';
import { Thumbnails } from './media/content/thumbnails.service.js';
import { UploadAccess } from './media/uploads/upload-access.service.js';
import { Uploads } from './media/uploads/uploads.service.js';
import { ConversationFeeds } from './messages/conversation-feeds.service.js';
import { ConversationSweeper } from './messages/conversation-sweeper.service.js';
import { ConversationLog } from './messages/conversation-log.service.js';
import { MessagesController } from './messages/messages.controller.js';
import { MessagesRepository } from './messages/messages.repository.js';
import { Messages } from './messages/messages.service.js';
import { Senders } from './messages/senders.service.js';
import { Online } from './presence/online.service.js';
import { RoomFactsRepository } from './presence/room-facts.repository.js';
import { RoomPictures } from './presence/room-pictures.service.js';
import { CircleRooms } from './presence/circle-rooms.service.js';
import { placesOf } from './live/socket-state.js';

const MEMBERSHIP = [
  Circles,
  CirclesRepository,
  CircleMembers,
  MembersRepository,
  Invites,
  InvitesRepository,
  ComingAndGoing,
];
const DEVICES = [Devices, DevicesRepository];
const CONVERSATIONS = [Conversations, ConversationsRepository];
const MESSAGES = [Messages, MessagesRepository, ConversationLog, Senders, ConversationFeeds, ConversationSweeper];
const MEDIA = [
  MediaFiles,
  MediaRepository,
  MediaSweeper,
  UploadAccess,
  Uploads,
  ResumableUploads,
  Thumbnails,
  MediaQuota,
  MediaQuotaRepository,
  StorageHealth,
  {
    provide: MediaStorage,
    useFactory: async ({ media, storage }: AppConfig, health: StorageHealth): Promise<MediaStorage> => {
      if (media.storage === 'disk') {
        prepareDataDir(storage.dataDir);
        return new DiskStorage(path.join(storage.dataDir, 'media'), health);
      }
      // Large, and rarely needed.
      const { S3Storage } = await import('./media/storage/s3-storage.js');
      return new S3Storage(media.s3, health);
    },
    inject: [AppConfig, StorageHealth],
  },
];
const LIVE = [LiveAdmission, LiveRooms, LiveMessages, ConversationRecovery, Typing, CallSignals, TargetsRepository];

/** Circles of families and teams: domain and REST. Their sockets are in `gateways/circles`. */
@Module({
  imports: [
    TypeOrmModule.forFeature([Circle, CircleMember, CircleInvite, Device, Conversation, ConversationMessage, Media]),
    AccountsModule,
    IceServersModule,
  ],
  controllers: [
    CirclesController,
    InvitesController,
    DevicesController,
    ConversationsController,
    MessagesController,
    MediaController,
    AccountMediaUsageController,
    CircleMediaUsageController,
  ],
  providers: [
    AccessRepository,
    CircleAccess,
    LostAccessRepository,
    AccessComparison,
    Online,
    CircleRooms,
    RoomFactsRepository,
    RoomPictures,
    ...MEMBERSHIP,
    ...DEVICES,
    ...CONVERSATIONS,
    ...MESSAGES,
    ...MEDIA,
    ...LIVE,
  ],
  exports: LIVE,
})
export class CirclesModule {
  constructor(directory: ConnectionDirectory, selectors: RevocationSelectors, targets: TargetsRepository) {
    directory.describe('circles', placesOf);
    selectors.know('user', (id) => targets.exists({ kind: 'user', id: Number(id) }));
    selectors.know('device', (id) => targets.exists({ kind: 'device', id: Number(id) }));
  }
}
