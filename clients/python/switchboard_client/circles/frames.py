"""Messages of circles: members as on the wire, docs/protocols/circles.md, under the names of the events."""
from __future__ import annotations

from typing import Union

from .. import frames

#: Told apart by `status`: while its files are not yet uploaded it is `pending`, and has no sender.
NewMessage = Union[frames.CirclesMessageDoneEvent, frames.CirclesMessagePendingEvent]
FileUploaded = frames.CirclesMessageMediaEvent
MessageChanged = frames.CirclesMessageChangedEvent
#: Sent to the sender of a message with files: what to upload.
FilesAnnounced = frames.CirclesMediaListEvent
CircleInvited = frames.CirclesInviteEvent
#: Told apart by `event`, like `ConversationChanged`.
CircleChanged = frames.CirclesCircleEvent
ConversationChanged = Union[
    frames.CirclesConversationEvent1,
    frames.CirclesConversationEventKick,
    frames.CirclesConversationEventQuit,
    frames.CirclesConversationEventDevice,
    frames.CirclesConversationEventRead,
]
#: Whether everything since the last message follows, once and in order; otherwise read what was missed over REST.
ConversationRecovered = frames.CirclesConversationEventRecovered
Writing = frames.CirclesWritingEvent
Forwarded = frames.CirclesForwardedSignal
