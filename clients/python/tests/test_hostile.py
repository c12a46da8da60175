"""Every socket class against one server that misbehaves in every way, and then behaves like a future version."""
from __future__ import annotations

import asyncio
import json
import re
import unittest
from typing import Any, Callable, Dict, List, Optional, Tuple
from unittest import mock

from switchboard_client import NotConnected, Unconfirmed
from switchboard_client.circles import CirclesSocket
from switchboard_client.omikron import Iota, OmikronCall, OmikronClient
from switchboard_client.rooms import RoomEndpoint
from switchboard_client.services import ServiceClient, ServiceGuest, ServiceHost
from switchboard_client.signaling import SignalingSocket
from switchboard_client.sockets import live_socket, live_socket_io

from .servers import Peer, SocketServer

QUICK: Dict[str, Any] = {'first': 0.005, 'longest': 0.02}
LATER: Dict[str, Any] = {'since': 'version 9', 'nested': {'more': [1, None]}}
UNKNOWN: Tuple[Dict[str, Any], ...] = ({'event': 'moved', **LATER}, LATER, {'type': 'version_9', **LATER})
KEY = 'a' * 64

Make = Callable[[str], Any]
#: The class, the signal that a well-behaved server triggers, and what to say at once.
Subject = Tuple[Make, str, Callable[[Any], Any]]

SUBJECTS: Dict[str, Subject] = {
    'RoomEndpoint': (lambda url: RoomEndpoint(url=url, code='c', **QUICK), 'on_message', lambda it: it.send('hi')),
    'ServiceHost': (lambda url: ServiceHost(url=url, host_token='t', **QUICK), 'on_join', lambda it: it.send({})),
    'ServiceClient': (lambda url: ServiceClient(url=url, client_token='t', **QUICK), 'on_join', lambda it: it.send({})),
    'ServiceGuest': (lambda url: ServiceGuest(url=url, code='HRSC', **QUICK), 'on_join', lambda it: it.send({})),
    'CirclesSocket': (
        lambda url: CirclesSocket(url=url, token='t', **QUICK),
        'on_message',
        lambda it: asyncio.gather(it.join_conversation(3), it.join_circle(1), it.send(3, text='hi')),
    ),
    'SignalingSocket': (lambda url: SignalingSocket(url=url, name='Ann', **QUICK), 'on_peer', lambda it: it.invite('s')),
    'Iota': (
        lambda url: Iota(url=url, iota_id='i', user_ids=['u'], **QUICK),
        'on_client_connected',
        lambda it: it.send(type='x', receiver_id='u', data={}),
    ),
    'OmikronClient': (
        lambda url: OmikronClient(url=url, user_id='u', private_key_hash=KEY, **QUICK),
        'on_called',
        lambda it: it.ask('x', {}),
    ),
    'OmikronCall': (
        lambda url: OmikronCall(url=url, call_id='c', user_id='u', private_key_hash=KEY, **QUICK),
        'on_joined',
        lambda it: it.signal('webrtc_sdp', 'u', {}),
    ),
}
#: These keep what is said until it has arrived.
KEEPING = ('RoomEndpoint', 'CirclesSocket')
SOCKET_IO = ('CirclesSocket', 'SignalingSocket')


async def garbage(peer: Peer) -> None:
    for text in ('no JSON', '7', '[[[[', '{"type":'):
        peer.say(text)
    await _stay(peer)


async def reserved(peer: Peer) -> None:
    peer.frame(7, b'x')
    await _stay(peer)


async def cut(peer: Peer) -> None:
    peer.frame(1, b'{"message":"never to be heard","identity":', cut=5)
    peer.break_off()


async def hung_up(peer: Peer) -> None:
    peer.break_off()


#: The library below Socket.IO ignores reserved frames, and waits for a close; see the silent server.
MISDEEDS: Tuple[Any, ...] = (garbage, cut, hung_up, 413, 429, 500, 503)


def _misdeeds(name: str) -> List[Any]:
    """Everything twice: what fails in the handshake, Socket.IO tries over polling the next time."""
    return [each for each in MISDEEDS for _ in range(2)] + ([] if name in SOCKET_IO else [reserved])


async def _stay(peer: Peer) -> None:
    while True:
        await peer.text()


async def newer(peer: Peer) -> None:
    """Speaks all wire formats, with additional members and events that nobody knows yet."""

    def say(frame: Dict[str, Any]) -> None:
        peer.say(json.dumps({**frame, **LATER}))

    if peer.path.startswith('/socket.io'):
        await _newer_socket_io(peer)
    elif peer.path.startswith('/ws/endpoint/'):
        say({'recovered': True, 'offset': 1, 'epoch': 'e'})
        for frame in (*UNKNOWN, {'message': 1, 'identity': 'ann', 'timestamp': 't', 'offset': 1, 'epoch': 'e'}):
            say(frame)
        while True:
            say({'ack': json.loads(await peer.text())['id'], 'offset': 2, 'epoch': 'e'})
    elif peer.path == '/ws/':
        say({'type': 'server_connect', 'message': 'Hello'})
        await peer.text()
        for frame in ({'type': 'server_authorized', 'message': 'Yes'}, *UNKNOWN):
            say(frame)
        say({'type': 'server_join', 'role': 'robot', 'user': '3274d5'})
        await _stay(peer)
    else:
        id = json.loads(await peer.text())['id']
        data = {'accepted': True, 'acceppted': True, 'accepted_profiles': 'u', 'denid_profiles': ''}
        say({'id': id, 'type': 'identification_response', 'data': {**data, **LATER}})
        call = {'call_id': 'c', 'sender_id': 's', 'receiver_id': 'r', 'call_secret': 'x'}
        state = {'user_id': 'u', 'call_state': 'muted', 'user_state': 'online'}
        for frame in UNKNOWN:
            say(frame)
        say({'type': 'new_call' if '/client/' in peer.path else 'client_connected', 'data': {**call, **state, **LATER}})
        await _stay(peer)


async def _newer_socket_io(peer: Peer) -> None:
    def event(*arguments: Any) -> None:
        peer.say('42' + json.dumps(arguments))

    peer.say('0' + json.dumps({'sid': 'a', 'upgrades': [], 'pingInterval': 60_000, 'pingTimeout': 60_000, **LATER}))
    while not (await peer.text()).startswith('40'):
        pass
    peer.say('40' + json.dumps({'sid': 'b', **LATER}))
    event('success', 'User authenticated', LATER)
    event('version-9', LATER)
    event('add-connection', json.dumps({'sid': 's', 'name': 'Bob', **LATER}))
    message = {'id': 1, 'content': 'hi', **LATER}
    event('message', {'conversation_id': 3, 'message': message, 'status': 'done', **LATER})
    while True:
        text = await peer.text()
        ack = text[2 : text.find('[')] if text.startswith('42') else ''
        if ack.isdigit():
            peer.say(f'43{ack}' + json.dumps([{'ok': True, 'message_id': 2, 'message': 'done', **LATER}]))


class HostileTest(unittest.IsolatedAsyncioTestCase):
    def setUp(self) -> None:
        # None of these servers sends a close frame.
        for module in (live_socket, live_socket_io):
            patience = mock.patch.object(module, '_CLOSE', 0.3)
            patience.start()
            self.addCleanup(patience.stop)

    async def _saying(self, say: Callable[[Any], Any], client: Any) -> Optional[BaseException]:
        try:
            said = say(client)
            if asyncio.isfuture(said) or asyncio.iscoroutine(said):
                await said
        except (NotConnected, Unconfirmed) as error:
            return error
        return None

    async def test_all_say_so_lose_nothing_and_are_there_when_it_behaves(self) -> None:
        for name, (make, news, say) in SUBJECTS.items():
            with self.subTest(name):
                async with SocketServer(*_misdeeds(name), newer) as server:
                    client = make(server.url)
                    ends: List[Any] = []
                    heard = asyncio.Event()
                    client.on_reconnecting(ends.append)
                    getattr(client, news)(lambda _event: heard.set())
                    saying = asyncio.ensure_future(self._saying(say, client))
                    await asyncio.wait_for(heard.wait(), 60)
                    error = await asyncio.wait_for(saying, 10)
                    client.close()
                    await client.wait_closed()
                self.assertGreaterEqual(len(ends), len(MISDEEDS))
                for code, reason, wait in ends:
                    self.assertEqual((type(code), type(reason), type(wait)), (int, str, float))
                if name not in KEEPING:
                    self.assertIsInstance(error, NotConnected)
                else:
                    self.assertNotIsInstance(error, NotConnected)

    async def test_what_was_said_before_close_arrives(self) -> None:
        for name, (make, news, _say) in SUBJECTS.items():
            with self.subTest(name):
                async with SocketServer(newer) as server:
                    client = make(server.url)

                    def last_words(_news: Any) -> None:
                        say = client._say if name in SOCKET_IO else client._send_text
                        for number in range(20):
                            say(json.dumps({'id': f'word {number}'}))
                        client.close()

                    getattr(client, news)(last_words)
                    await asyncio.wait_for(client.wait_closed(), 10)
                    await asyncio.wait_for(server.gone.wait(), 10)
                said = re.findall(r'word (\d+)', ' '.join(server.heard))
                self.assertEqual([int(number) for number in said], list(range(20)))

    async def test_a_server_that_accepts_and_is_silent_is_given_up(self) -> None:
        with mock.patch.object(live_socket_io, '_PATIENCE', 0.2):
            for name in SOCKET_IO:
                with self.subTest(name):
                    async with SocketServer(_stay) as server:
                        client = SUBJECTS[name][0](server.url)
                        ends: 'asyncio.Queue[Any]' = asyncio.Queue()
                        client.on_reconnecting(ends.put_nowait)
                        end = await asyncio.wait_for(ends.get(), 10)
                        self.assertEqual(end.reason, 'no handshake')
                        client.close()
                        await client.wait_closed()

    async def test_all_give_up_where_nobody_is_and_say_what_was_not_sent(self) -> None:
        for name, (make, _news, say) in SUBJECTS.items():
            with self.subTest(name):
                client = make('http://127.0.0.1:1')
                attempts: List[Any] = []
                client.on_reconnecting(attempts.append)
                saying = asyncio.ensure_future(self._saying(say, client))
                while len(attempts) < 2:
                    await asyncio.sleep(0.01)
                client.close()
                await client.wait_closed()
                self.assertIsInstance(await asyncio.wait_for(saying, 10), NotConnected)


if __name__ == '__main__':
    unittest.main()
