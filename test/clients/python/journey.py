"""What an integrator does in a day: prints `half` where the server may be killed, and at the end what it has seen, as JSON."""
from __future__ import annotations

import asyncio
import json
import sys
import threading
from typing import Any, Dict, List

from switchboard_client import Problem, Switchboard
from switchboard_client.rooms import BEGINNING, RoomEndpoint, RoomEvents

COUNT = 200
QUICK: Dict[str, Any] = {'first': 0.05, 'longest': 1.0}


def read(stream: RoomEvents, streamed: List[Any]) -> None:
    for message in stream:
        streamed.append(message.message)
        if len(streamed) >= COUNT:
            return


async def follow(url: str, reader: str, writer: str, out: Dict[str, Any]) -> None:
    heard: List[Any] = []
    offsets: List[int] = []
    streamed: List[Any] = []
    recovered: List[bool] = []
    stream = RoomEvents(url=url, code=reader, after=BEGINNING, **QUICK)
    thread = threading.Thread(target=read, args=(stream, streamed), daemon=True)
    thread.start()
    complete = asyncio.Event()
    room = RoomEndpoint(url=url, code=reader, after=BEGINNING, **QUICK)
    async with room, RoomEndpoint(url=url, code=writer, **QUICK) as own:

        @room.on_message
        def message(said: Any) -> None:
            heard.append(said.message)
            offsets.append(said.position.offset)
            if len(heard) >= COUNT:
                complete.set()

        room.on_recovered(lambda answer: recovered.append(answer.recovered))
        await own.send(1)
        print('half', flush=True)
        for number in range(2, COUNT):
            await own.send(number)
        await complete.wait()
        assert own.pending == 0 and own.buffered_amount == 0
    await asyncio.get_running_loop().run_in_executor(None, thread.join)
    out.update(heard=heard, streamed=streamed, recovered=recovered, inOrder=offsets == sorted(set(offsets)))


def main(url: str, email: str, password: str, name: str) -> None:
    admin = Switchboard(url=url)
    admin.sign_in(email=email, password=password)
    key = admin.applications.create(body={'name': name})['apiKey']
    backend = Switchboard(url=url, api_key=key)
    backend.rooms.create(body={'name': 'hall', 'durable': True})
    reader = backend.endpoints.create(name='hall', body={'permissions': 'read', 'identity': 'reader'})['code']
    writer = backend.endpoints.create(name='hall', body={'permissions': 'write', 'identity': 'writer'})['code']
    receipts = [
        backend.room_messages.publish(name='hall', body={'message': 0}, idempotency_key='one')['offset'] for _ in range(2)
    ]
    out: Dict[str, Any] = {'publishedOnce': receipts[0] == receipts[1]}
    asyncio.run(follow(url, reader, writer, out))
    out['kept'] = [message['message'] for message in backend.room_messages.iterate(name='hall', limit=70)]
    try:
        backend.rooms.get(name='no/where')
    except Problem as problem:
        out['code'] = problem.code
    print(json.dumps(out))


if __name__ == '__main__':
    main(*sys.argv[1:])
