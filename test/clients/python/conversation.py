"""A conversation of circles: prints `half` where the server may be killed, and at the end what it has seen, as JSON."""
from __future__ import annotations

import asyncio
import json
import sys
from typing import List, Optional

from switchboard_client import Switchboard
from switchboard_client.circles import CirclesSocket, NewMessage

COUNT = 40


async def main(url: str, email: str, password: str) -> None:
    sdk = Switchboard(url=url)
    sdk.sign_in(email=email, password=password)
    circle = sdk.circles.create(body={'name': 'Family'})['id']
    conversation = sdk.conversations.create(id=circle, body={'name': 'Holidays', 'memberIds': []})['id']
    asked: List[Optional[str]] = []

    def token(refused: Optional[str]) -> Optional[str]:
        asked.append(refused)
        return 'stale' if len(asked) == 1 else sdk.access_token()

    heard: List[str] = []
    recovered: List[bool] = []
    complete = asyncio.Event()
    async with CirclesSocket(url=url, token=token, first=0.05, longest=1.0) as circles:

        @circles.on_message
        def message(said: NewMessage) -> None:
            heard.append(said['message']['content'])
            if len(heard) >= COUNT:
                complete.set()

        circles.on_recovered(lambda answer: recovered.append(answer['recovered']))
        await circles.join_conversation(conversation, after=0)
        for number in range(COUNT // 2):
            await circles.send(conversation, text=str(number))
        print('half', flush=True)
        ids = [await circles.send(conversation, text=str(number)) for number in range(COUNT // 2, COUNT)]
        await complete.wait()
        await circles.mark_read(conversation, ids[-1])
        sdk.sign_out()
        end = await circles.wait_closed()
    print(json.dumps({'heard': heard, 'recovered': recovered, 'asked': asked[:2], 'end': end.code}))


if __name__ == '__main__':
    asyncio.run(main(*sys.argv[1:]))
