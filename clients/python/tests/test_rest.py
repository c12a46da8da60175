"""The REST half against servers that misbehave."""
from __future__ import annotations

import json
import threading
import time
import unittest
from typing import Any, Dict, List, Optional

from switchboard_client import NoAnswer, Problem, Retry, Switchboard, TokenPair, UnexpectedAnswer, upload_file
from switchboard_client.backoff import retry_after

from .servers import HttpServer, Staged

QUICK = Retry(attempts=4, longest=0.05)


def answer(status: int, value: Any, **headers: str) -> Staged:
    return status, {name.replace('_', '-'): text for name, text in headers.items()}, json.dumps(value).encode()


def problem(status: int, code: str, **more: str) -> Staged:
    return answer(status, {'code': code, 'title': 'No', 'status': status, 'requestId': 'r1'}, **more)


class RestTest(unittest.TestCase):
    def serve(self, reply: Any = None) -> HttpServer:
        def default(_method: str, _path: str, _headers: Dict[str, str]) -> Optional[Staged]:
            return answer(200, {'items': [], 'nextCursor': None})

        server = HttpServer(reply or default)
        self.addCleanup(server.close)
        return server

    def sdk(self, server: HttpServer, **options: Any) -> Switchboard:
        all_options: Dict[str, Any] = {'retry': QUICK, 'api_key': 'key', **options}
        return Switchboard(url=server.url, **all_options)

    def test_repeats_what_may_be_repeated(self) -> None:
        server = self.serve()
        server.staged = [problem(429, 'rate_limited', Retry_After='0'), problem(503, 'unavailable'), None]
        self.sdk(server).rooms.list()
        self.assertEqual(server.seen, ['GET /api/v1/rooms'] * 4)

    def test_repeats_a_publish_only_with_a_key_and_under_the_same_one(self) -> None:
        server = self.serve(lambda *_: answer(202, {'offset': 1}))
        sdk = self.sdk(server)
        server.staged = [None, problem(503, 'unavailable')]
        sdk.room_messages.publish(name='a b/ä', body={'message': 'é'}, idempotency_key='one')
        self.assertEqual(server.seen, ['POST /api/v1/rooms/a%20b%2F%C3%A4/messages'] * 3)
        self.assertEqual({headers['idempotency-key'] for headers in server.headers}, {'one'})
        self.assertEqual(json.loads(server.bodies[-1]), {'message': 'é'})
        server.staged = [None]
        with self.assertRaises(NoAnswer):
            sdk.room_messages.publish(name='a', body={'message': 1})
        server.staged = [problem(503, 'unavailable')]
        with self.assertRaises(Problem) as caught:
            sdk.room_messages.publish(name='a', body={'message': 1})
        self.assertEqual((caught.exception.code, caught.exception.request_id), ('unavailable', 'r1'))

    def test_gives_up_after_as_many_attempts_as_were_allowed(self) -> None:
        server = self.serve(lambda *_: None)
        with self.assertRaises(NoAnswer):
            self.sdk(server).rooms.list()
        self.assertEqual(len(server.seen), 4)

    def test_hands_a_wait_that_is_too_long_to_the_caller(self) -> None:
        server = self.serve()
        server.staged = [problem(429, 'rate_limited', Retry_After='3600')]
        with self.assertRaises(Problem) as caught:
            self.sdk(server).rooms.list()
        self.assertEqual(caught.exception.code, 'rate_limited')

    def test_refusals_are_problems_and_strangers_are_not(self) -> None:
        server = self.serve()
        sdk = self.sdk(server)
        server.staged = [problem(413, 'payload_too_large')]
        with self.assertRaises(Problem) as caught:
            sdk.room_messages.publish(name='a', body={'message': 1})
        self.assertEqual((caught.exception.code, caught.exception.status), ('payload_too_large', 413))
        strange: List[Staged] = [
            (502, {}, b'<h1>Bad Gateway</h1>'),
            (500, {}, b'\xff\xfe'),
            (404, {}, b'[' * 100_000),
            (400, {}, b'{"code":1,"title":[]}'),
            (200, {}, b'<html>Sign in to the hotel'),
            (301, {'Location': 'http://elsewhere.invalid/'}, b''),
        ]
        for each in strange:
            server.staged = [each]
            with self.assertRaises(UnexpectedAnswer, msg=repr(each)[:80]):
                sdk.rooms.list()
        server.staged = [(422, {}, b'{"code":"invalid_input","title":"No","errors":[1,{"field":"name","message":"m"},null]}')]
        with self.assertRaises(Problem) as caught:
            sdk.rooms.list()
        self.assertEqual([error.field for error in caught.exception.errors], ['name'])

    def test_an_answer_that_is_cut_off_is_none(self) -> None:
        server = self.serve()
        server.staged = [(200, {'Content-Length': '100'}, b'{"items":[],')]
        self.sdk(server).rooms.list()
        self.assertEqual(len(server.seen), 2)

    def test_goes_through_all_pages_and_not_in_circles(self) -> None:
        pages = {'': (1, 'b'), 'b': (2, 'c'), 'c': (3, None)}

        def reply(_method: str, path: str, _headers: Dict[str, str]) -> Staged:
            item, following = pages[path.partition('cursor=')[2]]
            return answer(200, {'items': [item], 'nextCursor': following})

        server = self.serve(reply)
        sdk = self.sdk(server)
        self.assertEqual(list(sdk.rooms.iterate(limit=1)), [1, 2, 3])
        pages['c'] = (3, 'c')
        with self.assertRaises(UnexpectedAnswer):
            list(sdk.rooms.iterate())
        server.staged = [answer(200, {'items': 'many'})]
        with self.assertRaises(UnexpectedAnswer):
            list(sdk.rooms.iterate())

    def test_names_no_other_path(self) -> None:
        server = self.serve()
        for name in ('', '.', '..'):
            with self.assertRaises(ValueError):
                self.sdk(server).rooms.get(name=name)
        self.assertEqual(server.seen, [])
        with self.assertRaises(ValueError):
            Switchboard(url='file:///etc/passwd')

    def login(self, path: str, headers: Dict[str, str]) -> Staged:
        if path.endswith('/refresh'):
            time.sleep(0.1)
            return answer(200, {'accessToken': 'fresh', 'refreshToken': 'r2', 'expiresIn': 900})
        is_fresh = headers.get('authorization') == 'Bearer fresh'
        return answer(200, {'id': 1}) if is_fresh else problem(401, 'unauthenticated')

    def test_many_threads_refresh_once(self) -> None:
        server = self.serve(lambda _method, path, headers: self.login(path, headers))
        kept: List[Optional[TokenPair]] = []
        sdk = self.sdk(server, tokens=TokenPair('stale', 'r1', 900), on_tokens=kept.append)
        results: List[Any] = []
        threads = [threading.Thread(target=lambda: results.append(sdk.accounts.get_me())) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(results, [{'id': 1}] * 16)
        self.assertEqual(server.seen.count('POST /api/v1/auth/refresh'), 1)
        self.assertEqual(kept, [TokenPair('fresh', 'r2', 900)])

    def test_a_login_that_is_over_is_told_once_to_all(self) -> None:
        server = self.serve(lambda *_: problem(401, 'token_reused'))
        kept: List[Optional[TokenPair]] = []
        sdk = self.sdk(server, tokens=TokenPair('stale', 'r1', 900), on_tokens=kept.append)
        with self.assertRaises(Problem):
            sdk.accounts.get_me()
        with self.assertRaises(Problem):
            sdk.accounts.get_me()
        self.assertEqual(kept, [None])
        self.assertEqual(server.seen.count('POST /api/v1/auth/refresh'), 1)

    def test_a_lost_refresh_is_asked_again_with_the_same_token(self) -> None:
        server = self.serve(lambda _method, path, headers: self.login(path, headers))
        server.staged = [problem(401, 'unauthenticated'), None]
        self.assertEqual(self.sdk(server, tokens=TokenPair('stale', 'r1', 900)).accounts.get_me(), {'id': 1})
        refreshes = [body for seen, body in zip(server.seen, server.bodies) if seen.endswith('/refresh')]
        self.assertEqual([json.loads(body) for body in refreshes], [{'refreshToken': 'r1'}] * 2)

    def test_uploads_go_on_where_the_server_is(self) -> None:
        data = bytes(range(256)) * 4
        state: Dict[str, Any] = {'got': b''}
        lost = [True]

        def reply(method: str, path: str, headers: Dict[str, str]) -> Optional[Staged]:
            if method == 'GET':
                return answer(200, {'id': 7})
            if method == 'POST':
                state['begun'] = True
                return 201, {}, b''
            if method == 'PATCH':
                if int(headers['upload-offset']) != len(state['got']):
                    return problem(409, 'conflict')
                state['got'] += server.bodies[-1]
                if len(state['got']) == 600 and lost.pop() if lost else False:
                    return None
            elif not state.get('begun'):
                return 404, {}, b''
            return 204, {'Upload-Offset': str(len(state['got'])), 'Upload-Length': str(len(data))}, b''

        server = self.serve(reply)
        sdk = self.sdk(server, token='t')
        progress: List[int] = []
        uploaded = upload_file(
            sdk, media=7, file=data, piece_bytes=300, on_progress=lambda sent, _total: progress.append(sent)
        )
        self.assertEqual(uploaded, {'id': 7})
        self.assertEqual(state['got'], data)
        self.assertEqual(progress[-1], len(data))

    def test_an_upload_that_is_refused_says_so(self) -> None:
        server = self.serve(lambda method, *_: (404, {}, b'') if method == 'HEAD' else problem(413, 'payload_too_large'))
        with self.assertRaises(Problem) as caught:
            upload_file(self.sdk(server, token='t'), media=7, file=b'x' * 10)
        self.assertEqual(caught.exception.code, 'payload_too_large')
        with self.assertRaises(Problem):
            upload_file(self.sdk(server, token='t'), media=7, file=b'x' * 10, resumable=False)
        sent = server.bodies[-1].decode()
        self.assertIn('\r\n\r\nxxxxxxxxxx\r\n--', sent)

    def test_retry_after(self) -> None:
        self.assertEqual(retry_after('7'), 7.0)
        self.assertEqual(retry_after('Wed, 21 Oct 2015 07:28:00 GMT'), 0.0)
        for garbage in (None, '', '-1', 'soon', '9' * 400, '١'):
            self.assertIsNone(retry_after(garbage), garbage)


if __name__ == '__main__':
    unittest.main()
