"""The plain sockets against servers that misbehave."""
from __future__ import annotations

import asyncio
import json
import unittest
from typing import Any, Dict, List, Tuple

from switchboard_client import MessageRefused, NotConnected, Unconfirmed
from switchboard_client.omikron import OmikronClient, OmikronRefused
from switchboard_client.rooms import BEGINNING, Position, RoomEndpoint, RoomEvents
from switchboard_client.rooms.events import StreamEnded
from switchboard_client.services import ServiceGuest
from switchboard_client.sockets.close_codes import ABNORMAL, NOT_ALLOWED

from .servers import HttpServer, Peer, SocketServer, Staged

QUICK: Dict[str, Any] = {'first': 0.01, 'longest': 0.05}


def message(offset: int, epoch: str = 'e') -> str:
    return json.dumps({'message': offset, 'identity': 'a', 'timestamp': 't', 'offset': offset, 'epoch': epoch})


def recovered(is_recovered: bool, offset: int, epoch: str = 'e') -> str:
    return json.dumps({'event': 'recovered', 'recovered': is_recovered, 'offset': offset, 'epoch': epoch})


async def stay(peer: Peer) -> None:
    while True:
        await peer.text()


class SocketsTest(unittest.IsolatedAsyncioTestCase):
    async def heard(self, *scripts: Any, until: int, **options: Any) -> Tuple[List[Any], List[Any], List[str]]:
        """What a reader hears, what it is told of recoveries, and where it began."""
        heard: List[Any] = []
        recoveries: List[Any] = []
        done = asyncio.Event()
        async with SocketServer(*scripts) as server:
            async with RoomEndpoint(url=server.url, code='c/d', **QUICK, **options) as room:
                room.on_recovered(lambda answer: recoveries.append(answer.recovered))

                @room.on_message
                def hear(said: Any) -> None:
                    heard.append(said.message)
                    if len(heard) >= until:
                        done.set()

                await asyncio.wait_for(done.wait(), 10)
        return heard, recoveries, server.paths

    async def test_nothing_is_missed_or_doubled_over_reconnects(self) -> None:
        async def first(peer: Peer) -> None:
            peer.say(recovered(True, 2))
            peer.say(message(1))
            peer.say(message(2))
            peer.close(1012)

        async def second(peer: Peer) -> None:
            peer.say(recovered(True, 4))
            for offset in (2, 3, 4):
                peer.say(message(offset))
            peer.close(4008)

        async def third(peer: Peer) -> None:
            peer.say(recovered(False, 9, 'f'))
            peer.say(message(10, 'f'))
            await stay(peer)

        heard, recoveries, paths = await self.heard(first, second, third, until=5, after=BEGINNING)
        self.assertEqual(heard, [1, 2, 3, 4, 10])
        self.assertEqual(recoveries, [True, True, False])
        self.assertEqual(
            paths, [f'/ws/endpoint/c%2Fd/?acks=1&after={after}' for after in ('0', '2&epoch=e', '4&epoch=e')]
        )

    async def test_garbage_and_cut_frames_are_left_for_another_connection(self) -> None:
        async def text(peer: Peer) -> None:
            peer.say('no json')
            await stay(peer)

        async def binary(peer: Peer) -> None:
            peer.frame(2, b'{}')
            await stay(peer)

        async def deep(peer: Peer) -> None:
            peer.say('[' * 60_000)
            await stay(peer)

        async def reserved(peer: Peer) -> None:
            peer.frame(7, b'x')
            await stay(peer)

        async def cut(peer: Peer) -> None:
            peer.say(message(1))
            peer.frame(1, message(2).encode(), cut=5)
            peer.break_off()

        async def strange(peer: Peer) -> None:
            for frame in ('{}', '{"message":1}', '{"recovered":"yes"}', '{"ack":7}', '{"error":[]}', '{"event":"join"}'):
                peer.say(frame)
            peer.say(json.dumps({'message': 2, 'identity': 'a', 'timestamp': 't', 'offset': True, 'epoch': 7}))
            await stay(peer)

        heard, _, paths = await self.heard(text, binary, deep, reserved, 500, cut, strange, until=2)
        self.assertEqual(heard, [1, 2])
        self.assertEqual(len(paths), 7)

    async def test_stays_away_where_it_is_told_to(self) -> None:
        for code in (1008, 4000, 1007):

            async def shut_out(peer: Peer, code: int = code) -> None:
                peer.close(code)

            async with SocketServer(shut_out) as server:
                room = RoomEndpoint(url=server.url, code='c', **QUICK)
                end = await asyncio.wait_for(room.wait_closed(), 10)
                self.assertEqual((end.code, len(server.paths), room.ended), (code, 1, True))
                with self.assertRaises(NotConnected):
                    await room.send(1)

    async def test_a_refused_handshake_is_final_or_busy(self) -> None:
        async with SocketServer(503, 429, 404) as server:
            room = RoomEndpoint(url=server.url, code='c', **QUICK)
            waiting = room.send('never')
            end = await asyncio.wait_for(room.wait_closed(), 10)
            self.assertEqual((end.code, end.reason, len(server.paths)), (NOT_ALLOWED, 'answered with status 404', 3))
            with self.assertRaises(NotConnected):
                await waiting

    async def test_half_a_character_takes_nothing_with_it(self) -> None:
        async def acking(peer: Peer) -> None:
            while True:
                peer.say(json.dumps({'ack': json.loads(await peer.text())['id']}))

        async with SocketServer(acking) as server:
            async with RoomEndpoint(url=server.url, code='c', **QUICK) as room:
                await asyncio.wait_for(asyncio.gather(*(room.send(text) for text in ('a', '\ud83d', 'b'))), 10)
        self.assertEqual([json.loads(text)['message'] for text in server.heard], ['a', '\ud83d', 'b'])

    async def test_need_not_wait_where_the_caller_knows_better(self) -> None:
        days = 1e6
        async with SocketServer(503, 503, stay) as server:
            async with RoomEndpoint(url=server.url, code='c', first=days, longest=days) as room:
                opened = asyncio.Event()
                room.on_open(lambda _: opened.set())
                room.on_reconnecting(lambda _: room.retry())
                await asyncio.wait_for(opened.wait(), 10)
        self.assertEqual(len(server.paths), 3)

    async def test_services_say_what_one_was_admitted_as(self) -> None:
        async def admit(peer: Peer) -> None:
            peer.say('{"type":"server_authorized","message":"Authorized as client"}')
            await stay(peer)

        roles: 'asyncio.Queue[str]' = asyncio.Queue()
        async with SocketServer(admit) as server, ServiceGuest(url=server.url, code='c', **QUICK) as guest:
            guest.on_open(roles.put_nowait)
            self.assertEqual(await asyncio.wait_for(roles.get(), 10), 'client')

    async def test_gives_up_where_it_may(self) -> None:
        room = RoomEndpoint(url='http://127.0.0.1:1', code='c', give_up_after=2, **QUICK)
        attempts: List[Any] = []
        room.on_reconnecting(attempts.append)
        end = await asyncio.wait_for(room.wait_closed(), 10)
        self.assertEqual((end.code, len(attempts)), (ABNORMAL, 2))

    async def test_what_was_not_acknowledged_is_sent_again_under_the_same_id(self) -> None:
        said: List[Any] = []

        async def silent(peer: Peer) -> None:
            said.append(json.loads(await peer.text()))
            peer.close(1012)

        async def acknowledging(peer: Peer) -> None:
            while True:
                frame = json.loads(await peer.text())
                said.append(frame)
                peer.say(json.dumps({'ack': frame['id'], 'offset': 3, 'epoch': 'e'}))
                peer.say(json.dumps({'ack': frame['id'], 'offset': 4, 'epoch': 'e'}))

        async with SocketServer(silent, acknowledging) as server:
            async with RoomEndpoint(url=server.url, code='c', **QUICK) as room:
                receipt = await asyncio.wait_for(room.send({'text': 'ä'}), 10)
                self.assertEqual(receipt.position, Position(3, 'e'))
                self.assertEqual(room.pending, 0)
        self.assertEqual(said[0], said[1])
        self.assertEqual(said[0]['message'], {'text': 'ä'})

    async def test_what_is_refused_or_not_known_says_so(self) -> None:
        async def refusing(peer: Peer) -> None:
            frame = json.loads(await peer.text())
            peer.say(json.dumps({'id': frame['id'], 'error': {'code': 'forbidden', 'detail': 'No'}}))
            await peer.text()
            peer.close(1009)

        async def silent(peer: Peer) -> None:
            await peer.text()
            peer.close(1008)

        async with SocketServer(refusing, silent) as server:
            room = RoomEndpoint(url=server.url, code='c', **QUICK)
            with self.assertRaises(MessageRefused) as caught:
                await room.send(1)
            self.assertEqual(caught.exception.code, 'forbidden')
            with self.assertRaises(MessageRefused) as caught:
                await room.send('x' * 1000)
            self.assertEqual(caught.exception.code, 'payload_too_large')
            with self.assertRaises(Unconfirmed):
                await room.send(2)
            with self.assertRaises(ValueError):
                RoomEndpoint(url=server.url, code='c').send(float('nan'))

    async def test_listeners_that_fail_keep_nobody_from_hearing(self) -> None:
        async def two(peer: Peer) -> None:
            peer.say(message(1))
            peer.say(message(2))
            await stay(peer)

        heard: List[Any] = []
        done = asyncio.Event()
        async with SocketServer(two) as server, RoomEndpoint(url=server.url, code='c', **QUICK) as room:

            @room.on_message
            def failing(_: Any) -> None:
                raise RuntimeError('of the listener')

            @room.on_message
            async def hearing(said: Any) -> None:
                heard.append(said.message)
                if len(heard) == 2:
                    done.set()

            with self.assertLogs('switchboard_client', 'ERROR'):
                await asyncio.wait_for(done.wait(), 10)
        self.assertEqual(heard, [1, 2])

    async def test_a_guest_that_is_refused_does_not_come_back(self) -> None:
        async def refusing(peer: Peer) -> None:
            token = json.loads(await peer.text())
            peer.say(json.dumps({'type': 'server_error', 'message': token['token']}))
            peer.close(1000)

        errors: List[str] = []
        async with SocketServer(refusing) as server:
            guest = ServiceGuest(url=server.url, code='HRSC', **QUICK)
            guest.on_error(errors.append)
            with self.assertRaises(NotConnected):
                guest.send({})
            end = await asyncio.wait_for(guest.wait_closed(), 10)
        self.assertEqual((end.code, errors, len(server.paths)), (1000, ['HRSC'], 1))

    async def test_an_omikron_that_falls_silent_is_left(self) -> None:
        async def identify(peer: Peer) -> None:
            asked = json.loads(await peer.text())
            peer.say(json.dumps({'id': 'of nobody', 'type': 'identification_response', 'data': {}}))
            peer.say(json.dumps({'id': asked['id'], 'type': 'identification_response', 'data': {'accepted': True}}))

        async def silent(peer: Peer) -> None:
            await identify(peer)
            await stay(peer)

        async def refusing(peer: Peer) -> None:
            asked = json.loads(await peer.text())
            peer.say(json.dumps({'id': asked['id'], 'type': 'error_no_iota', 'data': [], 'log': {'message': 'away'}}))
            await stay(peer)

        async def final(peer: Peer) -> None:
            asked = json.loads(await peer.text())
            peer.say(json.dumps({'id': asked['id'], 'type': 'error_invalid_private_key', 'data': {}}))
            await stay(peer)

        refusals: List[OmikronRefused] = []
        lost: List[Any] = []
        async with SocketServer(silent, refusing, final) as server:
            app = OmikronClient(
                url=server.url, user_id='u', private_key_hash='h', ping=0.05, answer=0.1, first=0.01, longest=0.05
            )
            app.on_refused(refusals.append)
            app.on_reconnecting(lost.append)
            with self.assertRaises(NotConnected):
                await app.ask('message_get', {})
            end = await asyncio.wait_for(app.wait_closed(), 20)
        self.assertEqual((end.code, end.reason), (NOT_ALLOWED, 'error_invalid_private_key'))
        self.assertEqual([refusal.type for refusal in refusals], ['error_no_iota'])
        self.assertEqual(lost[0].reason, 'no pong')


class EventsTest(unittest.TestCase):
    def stream(self, *answers: Any, **options: Any) -> Tuple[HttpServer, RoomEvents]:
        gone: Staged = (404, {}, b'')
        server = HttpServer(lambda *_: gone)
        self.addCleanup(server.close)
        for each in answers:
            server.staged.append((200, {'Content-Type': 'text/event-stream'}, each) if isinstance(each, bytes) else each)
        return server, RoomEvents(url=server.url, code='c/d', first=0.01, longest=0.05, **options)

    def test_goes_on_where_it_was_and_ends_where_it_is_told_to(self) -> None:
        def event(name: str, data: str) -> bytes:
            return f'event: {name}\nid: x\ndata: {data}\n\n'.encode()

        first = b': hello\n\n' + event('recovered', recovered(True, 1)) + event('message', message(1))
        cut = event('message', message(2))[:-9]
        garbage = event('message', '[' * 100_000) + event('message', '7') + b'\xff\xfe\n\ndata\n\n'
        second = event('message', message(1)) + event('message', message(2)) + event('other', message(3))
        server, stream = self.stream(
            first + cut, (503, {'Retry-After': '0'}, b''), (200, {'Content-Type': 'text/html'}, b'hotel'),
            garbage + second, after=BEGINNING,
        )
        heard: List[Any] = []
        with self.assertRaises(StreamEnded) as caught:
            for said in stream:
                heard.append(said.message)
        self.assertEqual((heard, caught.exception.code), ([1, 2], NOT_ALLOWED))
        self.assertEqual(server.seen[:2], ['GET /sse/endpoint/c%2Fd/?after=0', 'GET /sse/endpoint/c%2Fd/'])
        self.assertEqual([each.get('last-event-id') for each in server.headers], [None] + ['e:1'] * 3 + ['e:2'])

    def test_need_not_wait_where_the_caller_knows_better(self) -> None:
        server, _ = self.stream((503, {'Retry-After': '1000000'}, b''), f'data: {message(1)}\n\n'.encode())
        stream = RoomEvents(url=server.url, code='c')
        stream.on_reconnecting(lambda _: stream.retry())
        self.assertEqual(next(iter(stream)).message, 1)

    def test_closes(self) -> None:
        _, stream = self.stream(f'data: {message(1)}\n\ndata: {message(2)}\n\n'.encode())
        heard = []
        for said in stream:
            heard.append(said.message)
            stream.close()
        self.assertEqual(heard, [1])


if __name__ == '__main__':
    unittest.main()
