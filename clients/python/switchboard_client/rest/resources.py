# Made from the OpenAPI document by npm run client:generate. Do not edit.
from __future__ import annotations

from typing import Any, Dict, Iterator, List, Literal, Optional, Union

from . import models
from .resource import Resource, Transport, items, segment


class AccountExport(Resource):
    def export_mine(self) -> str:
        """
        Everything that is stored about the caller's account, one JSON object per line. Needs the access token of a
        person's account.
        """
        answer: str = self._call('GET', '/api/v1/accounts/me/export', auth='bearer', answer='text')
        return answer

    def export(self, *, id: int) -> str:
        """
        Everything that is stored about one account, one JSON object per line. Needs the access token of an account
        with the role `admin`, or a machine key.
        """
        answer: str = self._call('GET', f'/api/v1/accounts/{segment(id)}/export', auth='bearer', answer='text')
        return answer


class AccountIdentities(Resource):
    def list_mine(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.AccountIdentityPage:
        """The identities of the caller at identity providers. Needs the access token of a person's account."""
        answer: models.AccountIdentityPage = self._call('GET', '/api/v1/accounts/me/identities', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_mine(self, *, limit: Optional[int] = None) -> Iterator[models.AccountIdentityDto]:
        """Every item of `list_mine`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_mine(limit=limit, cursor=cursor))

    def unlink_mine(self, *, identity_id: int) -> None:
        """
        Unlink an identity of the caller, who then signs in with a password. Needs the access token of a person's
        account.
        """
        self._call('DELETE', f'/api/v1/accounts/me/identities/{segment(identity_id)}', auth='bearer', answer='none')

    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.AccountIdentityPage:
        """
        The identities of an account at identity providers. Needs the access token of an account with the role
        `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.AccountIdentityPage = self._call('GET', f'/api/v1/accounts/{segment(id)}/identities', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.AccountIdentityDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, cursor=cursor))

    def unlink(self, *, id: int, identity_id: int) -> None:
        """
        Unlink an identity from an account. Needs the access token of an account with the role `admin`, or a machine
        key.
        """
        self._call('DELETE', f'/api/v1/accounts/{segment(id)}/identities/{segment(identity_id)}', auth='bearer', answer='none')


class AccountLogins(Resource):
    def list_mine(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.AccountLoginPage:
        """Where the caller is signed in. Needs the access token of a person's account."""
        answer: models.AccountLoginPage = self._call('GET', '/api/v1/accounts/me/logins', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_mine(self, *, limit: Optional[int] = None) -> Iterator[models.AccountLoginDto]:
        """Every item of `list_mine`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_mine(limit=limit, cursor=cursor))

    def end_mine(self, *, login_id: Union[int, str]) -> None:
        """End a login of the caller's, or all of them, this one too. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/accounts/me/logins/{segment(login_id)}', auth='bearer', answer='none')

    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.AccountLoginPage:
        """
        Where somebody is signed in. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.AccountLoginPage = self._call('GET', f'/api/v1/accounts/{segment(id)}/logins', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.AccountLoginDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, cursor=cursor))

    def end(self, *, id: int, login_id: Union[int, str]) -> None:
        """
        End a login of an account, or all of them. Needs the access token of an account with the role `admin`, or a
        machine key.
        """
        self._call('DELETE', f'/api/v1/accounts/{segment(id)}/logins/{segment(login_id)}', auth='bearer', answer='none')


class AccountMediaUsage(Resource):
    def get_mine(self) -> models.MediaUsageDto:
        """How much storage the caller's own files use, and may use. Needs the access token of a person's account."""
        answer: models.MediaUsageDto = self._call('GET', '/api/v1/accounts/me/media-usage', auth='bearer', answer='json')
        return answer

    def get(self, *, id: int) -> models.MediaUsageDto:
        """
        How much storage the files of an account use, and may use. Needs the access token of an account with the
        role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.MediaUsageDto = self._call('GET', f'/api/v1/accounts/{segment(id)}/media-usage', auth='bearer', answer='json')
        return answer


class Accounts(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, q: Optional[str] = None) -> models.AccountPage:
        """
        List accounts, or find them by email and name. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, or a machine key.
        """
        answer: models.AccountPage = self._call('GET', '/api/v1/accounts', query={'limit': limit, 'cursor': cursor, 'q': q}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, q: Optional[str] = None) -> Iterator[models.UserDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, q=q, cursor=cursor))

    def create(self, *, body: models.CreateAccountRequest) -> models.UserDto:
        """
        Make an account; open to anyone if registration is open, otherwise to admins. Anyone may call it; with an
        access token or a machine key, it acts as that caller.
        """
        answer: models.UserDto = self._call('POST', '/api/v1/accounts', body=body, auth='bearer', answer='json')
        return answer

    def delete_me(self) -> None:
        """Remove the caller's own account. Needs the access token of a person's account."""
        self._call('DELETE', '/api/v1/accounts/me', auth='bearer', answer='none')

    def get_me(self) -> models.UserDto:
        """The caller's own account. Needs the access token of a person's account."""
        answer: models.UserDto = self._call('GET', '/api/v1/accounts/me', auth='bearer', answer='json')
        return answer

    def update_me(self, *, body: models.UpdateProfileRequest) -> models.UserDto:
        """Change the caller's own profile. Needs the access token of a person's account."""
        answer: models.UserDto = self._call('PATCH', '/api/v1/accounts/me', body=body, auth='bearer', answer='json')
        return answer

    def change_password(self, *, body: models.ChangePasswordRequest) -> None:
        """Change the caller's own password. Needs the access token of a person's account."""
        self._call('PUT', '/api/v1/accounts/me/password', body=body, auth='bearer', answer='none')

    def delete(self, *, id: int) -> None:
        """Remove an account. Needs the access token of an account with the role `admin`, or a machine key."""
        self._call('DELETE', f'/api/v1/accounts/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.UserDto:
        """
        One account. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.UserDto = self._call('GET', f'/api/v1/accounts/{segment(id)}', auth='bearer', answer='json')
        return answer

    def update(self, *, id: int, body: models.UpdateAccountRequest) -> models.UserDto:
        """
        Change an account, its role, or disable it. Needs the access token of an account with the role `admin`, or a
        machine key.
        """
        answer: models.UserDto = self._call('PATCH', f'/api/v1/accounts/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer

    def reset_password(self, *, id: int) -> models.TemporaryPasswordDto:
        """
        Give an account a temporary password; ends all its logins. Needs the access token of an account with the
        role `admin`, or a machine key.
        """
        answer: models.TemporaryPasswordDto = self._call('POST', f'/api/v1/accounts/{segment(id)}/password-reset', auth='bearer', answer='json')
        return answer


class ApplicationRooms(Resource):
    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None, q: Optional[str] = None) -> models.RoomPage:
        """
        List the rooms of an application, or find them by name. Needs the access token of an account with the role
        `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.RoomPage = self._call('GET', f'/api/v1/applications/{segment(id)}/rooms', query={'limit': limit, 'cursor': cursor, 'q': q}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None, q: Optional[str] = None) -> Iterator[models.RoomDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, q=q, cursor=cursor))

    def get(self, *, id: int, name: str) -> models.RoomDto:
        """
        One room of an application. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.RoomDto = self._call('GET', f'/api/v1/applications/{segment(id)}/rooms/{segment(name)}', auth='bearer', answer='json')
        return answer

    def list_endpoints(self, *, id: int, name: str, limit: Optional[int] = None, cursor: Optional[str] = None, identity: Optional[str] = None) -> models.AdminEndpointPage:
        """
        List the endpoints of a room, without their codes. Needs the access token of an account with the role
        `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.AdminEndpointPage = self._call('GET', f'/api/v1/applications/{segment(id)}/rooms/{segment(name)}/endpoints', query={'limit': limit, 'cursor': cursor, 'identity': identity}, auth='bearer', answer='json')
        return answer

    def iterate_endpoints(self, *, id: int, name: str, limit: Optional[int] = None, identity: Optional[str] = None) -> Iterator[models.AdminEndpointDto]:
        """Every item of `list_endpoints`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_endpoints(id=id, name=name, limit=limit, identity=identity, cursor=cursor))

    def list_messages(self, *, id: int, name: str, after: Optional[int] = None, epoch: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.RoomMessagePage:
        """
        The messages of a durable room of an application, from an offset on. Needs the access token of an account
        with the role `operator` or `admin`, or a machine key.
        """
        answer: models.RoomMessagePage = self._call('GET', f'/api/v1/applications/{segment(id)}/rooms/{segment(name)}/messages', query={'after': after, 'epoch': epoch, 'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_messages(self, *, id: int, name: str, after: Optional[int] = None, epoch: Optional[str] = None, limit: Optional[int] = None) -> Iterator[models.RoomMessageDto]:
        """Every item of `list_messages`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_messages(id=id, name=name, after=after, epoch=epoch, limit=limit, cursor=cursor))

    def presence(self, *, id: int, name: str, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.RoomPresenceDto:
        """
        Who is connected to a room of an application now. Needs the access token of an account with the role
        `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.RoomPresenceDto = self._call('GET', f'/api/v1/applications/{segment(id)}/rooms/{segment(name)}/presence', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_presence(self, *, id: int, name: str, limit: Optional[int] = None) -> Iterator[models.PresentMemberDto]:
        """Every item of `presence`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.presence(id=id, name=name, limit=limit, cursor=cursor))


class Applications(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, q: Optional[str] = None) -> models.ApplicationPage:
        """
        List applications, or find them by name. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, or a machine key.
        """
        answer: models.ApplicationPage = self._call('GET', '/api/v1/applications', query={'limit': limit, 'cursor': cursor, 'q': q}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, q: Optional[str] = None) -> Iterator[models.ApplicationDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, q=q, cursor=cursor))

    def create(self, *, body: models.CreateApplicationRequest) -> models.NewApplicationDto:
        """
        Make an application; its first API key is shown only once. Needs the access token of an account with the
        role `admin`, or a machine key.
        """
        answer: models.NewApplicationDto = self._call('POST', '/api/v1/applications', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """
        Remove an application with its rooms and close their sockets. Needs the access token of an account with the
        role `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/applications/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.ApplicationDto:
        """
        One application. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.ApplicationDto = self._call('GET', f'/api/v1/applications/{segment(id)}', auth='bearer', answer='json')
        return answer

    def update(self, *, id: int, body: models.UpdateApplicationRequest) -> models.ApplicationDto:
        """Rename an application. Needs the access token of an account with the role `admin`, or a machine key."""
        answer: models.ApplicationDto = self._call('PATCH', f'/api/v1/applications/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer

    def list_keys(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.ApplicationKeyPage:
        """
        List the API keys of an application. Needs the access token of an account with the role `viewer`, `operator`
        or `admin`, or a machine key.
        """
        answer: models.ApplicationKeyPage = self._call('GET', f'/api/v1/applications/{segment(id)}/keys', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_keys(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.ApplicationKeyDto]:
        """Every item of `list_keys`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_keys(id=id, limit=limit, cursor=cursor))

    def create_key(self, *, id: int) -> models.NewApplicationKeyDto:
        """
        Add an API key, which is shown only once; the others stay valid. Needs the access token of an account with
        the role `admin`, or a machine key.
        """
        answer: models.NewApplicationKeyDto = self._call('POST', f'/api/v1/applications/{segment(id)}/keys', auth='bearer', answer='json')
        return answer

    def delete_key(self, *, id: int, key_id: int) -> None:
        """
        Remove an API key and close the sockets of its tickets; the endpoints it made stay, with their sockets.
        Needs the access token of an account with the role `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/applications/{segment(id)}/keys/{segment(key_id)}', auth='bearer', answer='none')

    def get_key(self, *, id: int, key_id: int) -> models.ApplicationKeyDto:
        """
        One API key, without its secret. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.ApplicationKeyDto = self._call('GET', f'/api/v1/applications/{segment(id)}/keys/{segment(key_id)}', auth='bearer', answer='json')
        return answer


class Audit(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, actor: Optional[str] = None, action: Optional[str] = None, target: Optional[str] = None, from_: Optional[str] = None, to: Optional[str] = None, outcome: Optional[models.AuditOutcome] = None) -> models.AuditPage:
        """
        List audit entries, newest first. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.AuditPage = self._call('GET', '/api/v1/audit', query={'limit': limit, 'cursor': cursor, 'actor': actor, 'action': action, 'target': target, 'from': from_, 'to': to, 'outcome': outcome}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, actor: Optional[str] = None, action: Optional[str] = None, target: Optional[str] = None, from_: Optional[str] = None, to: Optional[str] = None, outcome: Optional[models.AuditOutcome] = None) -> Iterator[models.AuditEntryDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, actor=actor, action=action, target=target, from_=from_, to=to, outcome=outcome, cursor=cursor))

    def export(self) -> str:
        """
        Export all entries and seals, one JSON object per line, for `npm run audit:verify`. Needs the access token
        of an account with the role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: str = self._call('GET', '/api/v1/audit/export', auth='bearer', answer='text')
        return answer

    def verify(self) -> models.AuditVerdictDto:
        """
        Check that no entry is missing or changed. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, or a machine key.
        """
        answer: models.AuditVerdictDto = self._call('GET', '/api/v1/audit/verify', auth='bearer', answer='json')
        return answer

    def get(self, *, id: int) -> models.AuditEntryDto:
        """
        Get an audit entry. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.AuditEntryDto = self._call('GET', f'/api/v1/audit/{segment(id)}', auth='bearer', answer='json')
        return answer


class Auth(Resource):
    def device_login(self, *, body: models.DeviceLoginRequest) -> models.DeviceLoginDto:
        """Sign in a device with its user name and password. Anyone may call it."""
        answer: models.DeviceLoginDto = self._call('POST', '/api/v1/auth/device-login', body=body, auth='', answer='json')
        return answer

    def login(self, *, body: models.LoginRequest) -> models.LoginDto:
        """Sign in with email and password. Anyone may call it."""
        answer: models.LoginDto = self._call('POST', '/api/v1/auth/login', body=body, auth='', answer='json')
        return answer

    def logout(self) -> None:
        """End this login. Needs the access token of an account or a device."""
        self._call('POST', '/api/v1/auth/logout', auth='bearer', answer='none')

    def me(self) -> Union[models.OwnUserDto, models.DeviceDto]:
        """Who the access token stands for. Needs the access token of an account or a device."""
        answer: Union[models.OwnUserDto, models.DeviceDto] = self._call('GET', '/api/v1/auth/me', auth='bearer', answer='json')
        return answer

    def methods(self) -> models.SignInMethodsDto:
        """How people sign in here. Anyone may call it."""
        answer: models.SignInMethodsDto = self._call('GET', '/api/v1/auth/methods', auth='', answer='json')
        return answer

    def refresh(self, *, body: models.RefreshRequest) -> models.TokenPairDto:
        """
        Get the next pair of tokens; reuse within 10 seconds returns the same pair, later reuse ends the login.
        Anyone may call it.
        """
        answer: models.TokenPairDto = self._call('POST', '/api/v1/auth/refresh', body=body, auth='', answer='json')
        return answer


class Calls(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, state: Optional[models.CallState] = None, protocol: Optional[models.CallProtocol] = None, outcome: Optional[models.CallOutcome] = None, participant: Optional[str] = None, from_: Optional[str] = None, to: Optional[str] = None) -> models.CallPage:
        """
        List calls, the newest first: all of them with the role viewer or higher, otherwise one’s own. Needs the
        access token of a person's account, or a machine key with the scope.
        """
        answer: models.CallPage = self._call('GET', '/api/v1/calls', query={'limit': limit, 'cursor': cursor, 'state': state, 'protocol': protocol, 'outcome': outcome, 'participant': participant, 'from': from_, 'to': to}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, state: Optional[models.CallState] = None, protocol: Optional[models.CallProtocol] = None, outcome: Optional[models.CallOutcome] = None, participant: Optional[str] = None, from_: Optional[str] = None, to: Optional[str] = None) -> Iterator[models.CallDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, state=state, protocol=protocol, outcome=outcome, participant=participant, from_=from_, to=to, cursor=cursor))

    def delete(self, *, id: int) -> None:
        """
        Those in it hear of it as their protocol has it: in signaling the others leave, or the invitation expires;
        in the Omikron the others leave and the socket is closed with 1008.
        """
        self._call('DELETE', f'/api/v1/calls/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.CallDto:
        """One call. Needs the access token of a person's account, or a machine key with the scope."""
        answer: models.CallDto = self._call('GET', f'/api/v1/calls/{segment(id)}', auth='bearer', answer='json')
        return answer


class CircleMediaUsage(Resource):
    def get(self, *, id: int) -> models.MediaUsageDto:
        """How much storage the files of a circle use, and may use. Needs the access token of an account or a device."""
        answer: models.MediaUsageDto = self._call('GET', f'/api/v1/circles/{segment(id)}/media-usage', auth='bearer', answer='json')
        return answer


class Circles(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.CirclePage:
        """List the circles of the account or device. Needs the access token of an account or a device."""
        answer: models.CirclePage = self._call('GET', '/api/v1/circles', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.CircleDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def create(self, *, body: models.CreateCircleRequest) -> models.CircleDto:
        """Make a circle; its creator is its ADMIN. Needs the access token of a person's account."""
        answer: models.CircleDto = self._call('POST', '/api/v1/circles', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """Remove a circle. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/circles/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.CircleDto:
        """One circle. Needs the access token of an account or a device."""
        answer: models.CircleDto = self._call('GET', f'/api/v1/circles/{segment(id)}', auth='bearer', answer='json')
        return answer

    def update(self, *, id: int, body: models.UpdateCircleRequest) -> models.CircleDto:
        """Change a circle. Needs the access token of a person's account."""
        answer: models.CircleDto = self._call('PATCH', f'/api/v1/circles/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer

    def list_members(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.MemberPage:
        """List the members of a circle. Needs the access token of an account or a device."""
        answer: models.MemberPage = self._call('GET', f'/api/v1/circles/{segment(id)}/members', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_members(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.MemberDto]:
        """Every item of `list_members`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_members(id=id, limit=limit, cursor=cursor))

    def delete_member(self, *, id: int, user_id: Union[int, Literal['me']]) -> None:
        """Leave a circle (`me`), or kick a member. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/circles/{segment(id)}/members/{segment(user_id)}', auth='bearer', answer='none')

    def update_member(self, *, id: int, user_id: Union[int, Literal['me']], body: models.ChangePrivilegeRequest) -> models.MemberDto:
        """Give a member another privilege; ADMIN passes from its holder. Needs the access token of a person's account."""
        answer: models.MemberDto = self._call('PATCH', f'/api/v1/circles/{segment(id)}/members/{segment(user_id)}', body=body, auth='bearer', answer='json')
        return answer


class Config(Resource):
    def get(self) -> models.ConfigDto:
        """
        The settings of the node that answers, by group, and where each comes from. Needs the access token of an
        account with the role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.ConfigDto = self._call('GET', '/api/v1/config', auth='bearer', answer='json')
        return answer


class Connections(Resource):
    def delete_matching(self, *, expect: int, protocol: Optional[models.Protocol] = None, principal: Optional[str] = None, node: Optional[str] = None, application: Optional[str] = None, room: Optional[str] = None, service: Optional[str] = None, session: Optional[str] = None, circle: Optional[str] = None, account: Optional[str] = None, address: Optional[str] = None, q: Optional[str] = None) -> None:
        """
        Close all connections that match, if there are as many as expected (±2 %). Needs the access token of an
        account with the role `operator` or `admin`, or a machine key.
        """
        self._call('DELETE', '/api/v1/connections', query={'protocol': protocol, 'principal': principal, 'node': node, 'application': application, 'room': room, 'service': service, 'session': session, 'circle': circle, 'account': account, 'address': address, 'q': q, 'expect': expect}, auth='bearer', answer='none')

    def list(self, *, limit: Optional[int] = None, protocol: Optional[models.Protocol] = None, principal: Optional[str] = None, node: Optional[str] = None, application: Optional[str] = None, room: Optional[str] = None, service: Optional[str] = None, session: Optional[str] = None, circle: Optional[str] = None, account: Optional[str] = None, address: Optional[str] = None, q: Optional[str] = None, cursor: Optional[str] = None) -> models.ConnectionPage:
        """
        Live connections over all protocols and nodes, in the order in which they connected. Needs the access token
        of an account with the role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.ConnectionPage = self._call('GET', '/api/v1/connections', query={'limit': limit, 'protocol': protocol, 'principal': principal, 'node': node, 'application': application, 'room': room, 'service': service, 'session': session, 'circle': circle, 'account': account, 'address': address, 'q': q, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, protocol: Optional[models.Protocol] = None, principal: Optional[str] = None, node: Optional[str] = None, application: Optional[str] = None, room: Optional[str] = None, service: Optional[str] = None, session: Optional[str] = None, circle: Optional[str] = None, account: Optional[str] = None, address: Optional[str] = None, q: Optional[str] = None) -> Iterator[models.ConnectionDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, protocol=protocol, principal=principal, node=node, application=application, room=room, service=service, session=session, circle=circle, account=account, address=address, q=q, cursor=cursor))

    def list_ended(self, *, limit: Optional[int] = None, protocol: Optional[models.Protocol] = None, principal: Optional[str] = None, node: Optional[str] = None, application: Optional[str] = None, room: Optional[str] = None, service: Optional[str] = None, session: Optional[str] = None, circle: Optional[str] = None, account: Optional[str] = None, address: Optional[str] = None, q: Optional[str] = None, cursor: Optional[str] = None, code: Optional[int] = None) -> models.EndedConnectionPage:
        """
        Connections that have ended, the latest first; each node remembers 1,000. Needs the access token of an
        account with the role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.EndedConnectionPage = self._call('GET', '/api/v1/connections/ended', query={'limit': limit, 'protocol': protocol, 'principal': principal, 'node': node, 'application': application, 'room': room, 'service': service, 'session': session, 'circle': circle, 'account': account, 'address': address, 'q': q, 'cursor': cursor, 'code': code}, auth='bearer', answer='json')
        return answer

    def iterate_ended(self, *, limit: Optional[int] = None, protocol: Optional[models.Protocol] = None, principal: Optional[str] = None, node: Optional[str] = None, application: Optional[str] = None, room: Optional[str] = None, service: Optional[str] = None, session: Optional[str] = None, circle: Optional[str] = None, account: Optional[str] = None, address: Optional[str] = None, q: Optional[str] = None, code: Optional[int] = None) -> Iterator[models.EndedConnectionDto]:
        """Every item of `list_ended`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_ended(limit=limit, protocol=protocol, principal=principal, node=node, application=application, room=room, service=service, session=session, circle=circle, account=account, address=address, q=q, code=code, cursor=cursor))

    def delete(self, *, id: str) -> None:
        """
        Close a connection, on whichever node it is. Needs the access token of an account with the role `operator`
        or `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/connections/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: str) -> models.ConnectionDto:
        """
        One live connection, on whichever node it is. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, or a machine key.
        """
        answer: models.ConnectionDto = self._call('GET', f'/api/v1/connections/{segment(id)}', auth='bearer', answer='json')
        return answer


class Conversations(Resource):
    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.ConversationPage:
        """
        List the conversations of a circle that the account or device takes part in. Needs the access token of an
        account or a device.
        """
        answer: models.ConversationPage = self._call('GET', f'/api/v1/circles/{segment(id)}/conversations', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.ConversationDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, cursor=cursor))

    def create(self, *, id: int, body: models.CreateConversationRequest) -> models.ConversationDto:
        """Begin a conversation in a circle; its creator is its ADMIN. Needs the access token of a person's account."""
        answer: models.ConversationDto = self._call('POST', f'/api/v1/circles/{segment(id)}/conversations', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """Remove a conversation. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/conversations/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.ConversationDto:
        """One conversation. Needs the access token of an account or a device."""
        answer: models.ConversationDto = self._call('GET', f'/api/v1/conversations/{segment(id)}', auth='bearer', answer='json')
        return answer

    def update(self, *, id: int, body: models.UpdateConversationRequest) -> models.ConversationDto:
        """Change a conversation; devices that lose access leave at once. Needs the access token of a person's account."""
        answer: models.ConversationDto = self._call('PATCH', f'/api/v1/conversations/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer

    def add_member(self, *, id: int, body: models.AddParticipantRequest) -> models.ParticipantDto:
        """Bring a member of the circle into a conversation. Needs the access token of a person's account."""
        answer: models.ParticipantDto = self._call('POST', f'/api/v1/conversations/{segment(id)}/members', body=body, auth='bearer', answer='json')
        return answer

    def delete_member(self, *, id: int, user_id: Union[int, Literal['me']]) -> None:
        """Leave a conversation (`me`), or kick somebody. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/conversations/{segment(id)}/members/{segment(user_id)}', auth='bearer', answer='none')

    def promote_member(self, *, id: int, user_id: int) -> models.ParticipantDto:
        """Hand ADMIN of a conversation on. Needs the access token of a person's account."""
        answer: models.ParticipantDto = self._call('POST', f'/api/v1/conversations/{segment(id)}/members/{segment(user_id)}/promote', auth='bearer', answer='json')
        return answer

    def mark_read(self, *, id: int, body: models.MarkReadRequest) -> models.ReadMarkerDto:
        """Move the read marker forward. Needs the access token of an account or a device."""
        answer: models.ReadMarkerDto = self._call('PUT', f'/api/v1/conversations/{segment(id)}/read', body=body, auth='bearer', answer='json')
        return answer


class Devices(Resource):
    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.CircleDevicePage:
        """List the devices of a circle. Needs the access token of a person's account."""
        answer: models.CircleDevicePage = self._call('GET', f'/api/v1/circles/{segment(id)}/devices', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.CircleDeviceDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, cursor=cursor))

    def create(self, *, id: int, body: models.CreateDeviceRequest) -> models.NewDeviceDto:
        """Make a device of a circle; its password is shown only once. Needs the access token of a person's account."""
        answer: models.NewDeviceDto = self._call('POST', f'/api/v1/circles/{segment(id)}/devices', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """Remove a device. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/devices/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.CircleDeviceDto:
        """One device. Needs the access token of a person's account."""
        answer: models.CircleDeviceDto = self._call('GET', f'/api/v1/devices/{segment(id)}', auth='bearer', answer='json')
        return answer

    def update(self, *, id: int, body: models.UpdateDeviceRequest) -> models.CircleDeviceDto:
        """Change a device. Needs the access token of a person's account."""
        answer: models.CircleDeviceDto = self._call('PATCH', f'/api/v1/devices/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer

    def replace_password(self, *, id: int) -> models.DevicePasswordDto:
        """
        Give a device a new password, shown only once; ends its logins. Needs the access token of a person's
        account.
        """
        answer: models.DevicePasswordDto = self._call('POST', f'/api/v1/devices/{segment(id)}/password', auth='bearer', answer='json')
        return answer


class Endpoints(Resource):
    def list(self, *, name: str, limit: Optional[int] = None, cursor: Optional[str] = None, identity: Optional[str] = None) -> models.EndpointPage:
        """List the endpoints of a room with their codes. Needs the API key of an application."""
        answer: models.EndpointPage = self._call('GET', f'/api/v1/rooms/{segment(name)}/endpoints', query={'limit': limit, 'cursor': cursor, 'identity': identity}, auth='apiKey', answer='json')
        return answer

    def iterate(self, *, name: str, limit: Optional[int] = None, identity: Optional[str] = None) -> Iterator[models.ListedEndpointDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(name=name, limit=limit, identity=identity, cursor=cursor))

    def create(self, *, name: str, body: models.CreateEndpointRequest) -> models.EndpointDto:
        """Make an endpoint; its code admits sockets to the room. Needs the API key of an application."""
        answer: models.EndpointDto = self._call('POST', f'/api/v1/rooms/{segment(name)}/endpoints', body=body, auth='apiKey', answer='json')
        return answer

    def delete(self, *, name: str, code: str) -> None:
        """Remove an endpoint and close its sockets. Needs the API key of an application."""
        self._call('DELETE', f'/api/v1/rooms/{segment(name)}/endpoints/{segment(code)}', auth='apiKey', answer='none')

    def get(self, *, name: str, code: str) -> models.ListedEndpointDto:
        """One endpoint. Needs the API key of an application."""
        answer: models.ListedEndpointDto = self._call('GET', f'/api/v1/rooms/{segment(name)}/endpoints/{segment(code)}', auth='apiKey', answer='json')
        return answer


class FindOmikron(Resource):
    def any(self) -> models.OmegaAnswerDto:
        """A host to connect an Iota or a client to. Anyone may call it."""
        answer: models.OmegaAnswerDto = self._call('GET', '/api/find_omikron', auth='', answer='json')
        return answer

    def of_user(self, *, user_id: str) -> models.OmegaAnswerDto:
        """The host that a user's Iota is connected to. Anyone may call it."""
        answer: models.OmegaAnswerDto = self._call('GET', f'/api/find_omikron/{segment(user_id)}', auth='', answer='json')
        return answer


class Health(Resource):
    def live(self) -> models.LivenessDto:
        """
        Whether the process answers; nothing else is checked, so that a lost database restarts no node. Anyone may
        call it.
        """
        answer: models.LivenessDto = self._call('GET', '/health/live', auth='', answer='json')
        return answer

    def ready(self) -> models.ReadinessDto:
        """Whether this node should get traffic. Anyone may call it."""
        answer: models.ReadinessDto = self._call('GET', '/health/ready', auth='', answer='json')
        return answer


class IceServers(Resource):
    def get(self) -> models.IceServersDto:
        """
        STUN and TURN servers with fresh credentials, for an account, a device or a lobby token. Needs any bearer
        credential: an access token or a lobby token.
        """
        answer: models.IceServersDto = self._call('GET', '/api/v1/ice-servers', auth='bearer', answer='json')
        return answer


class Invites(Resource):
    def list_of_circle(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.InvitePage:
        """List the pending invitations to a circle. Needs the access token of a person's account."""
        answer: models.InvitePage = self._call('GET', f'/api/v1/circles/{segment(id)}/invites', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_of_circle(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.InviteDto]:
        """Every item of `list_of_circle`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_of_circle(id=id, limit=limit, cursor=cursor))

    def create(self, *, id: int, body: models.CreateInviteRequest) -> models.InviteDto:
        """Invite an account to a circle. Needs the access token of a person's account."""
        answer: models.InviteDto = self._call('POST', f'/api/v1/circles/{segment(id)}/invites', body=body, auth='bearer', answer='json')
        return answer

    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.InvitePage:
        """List the pending invitations of the account. Needs the access token of a person's account."""
        answer: models.InvitePage = self._call('GET', '/api/v1/invites', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.InviteDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def delete(self, *, id: int) -> None:
        """Withdraw a pending invitation, as a member of its circle. Needs the access token of a person's account."""
        self._call('DELETE', f'/api/v1/invites/{segment(id)}', auth='bearer', answer='none')

    def accept(self, *, id: int) -> models.CircleDto:
        """Join the circle that one is invited to. Needs the access token of a person's account."""
        answer: models.CircleDto = self._call('POST', f'/api/v1/invites/{segment(id)}/accept', auth='bearer', answer='json')
        return answer

    def decline(self, *, id: int) -> None:
        """Decline an invitation. Needs the access token of a person's account."""
        self._call('POST', f'/api/v1/invites/{segment(id)}/decline', auth='bearer', answer='none')


class Iotas(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.IotaPage:
        """
        List home servers. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.IotaPage = self._call('GET', '/api/v1/omikron/iotas', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.IotaDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def create(self, *, body: models.CreateIotaRequest) -> models.NewIotaDto:
        """
        Register a home server; its token is shown only once. Needs the access token of an account with the role
        `operator` or `admin`, or a machine key.
        """
        answer: models.NewIotaDto = self._call('POST', '/api/v1/omikron/iotas', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, iota_id: str) -> None:
        """
        Remove a home server with its profiles and close their sockets. Needs the access token of an account with
        the role `operator` or `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/omikron/iotas/{segment(iota_id)}', auth='bearer', answer='none')

    def get(self, *, iota_id: str) -> models.IotaDto:
        """
        One home server. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.IotaDto = self._call('GET', f'/api/v1/omikron/iotas/{segment(iota_id)}', auth='bearer', answer='json')
        return answer

    def list_profiles(self, *, iota_id: str, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.ProfilePage:
        """
        List the users of a home server. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.ProfilePage = self._call('GET', f'/api/v1/omikron/iotas/{segment(iota_id)}/profiles', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_profiles(self, *, iota_id: str, limit: Optional[int] = None) -> Iterator[models.ProfileDto]:
        """Every item of `list_profiles`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_profiles(iota_id=iota_id, limit=limit, cursor=cursor))

    def create_profile(self, *, iota_id: str, body: models.CreateProfileRequest) -> models.ProfileDto:
        """
        Register a user of a home server. Needs the access token of an account with the role `operator` or `admin`,
        or a machine key.
        """
        answer: models.ProfileDto = self._call('POST', f'/api/v1/omikron/iotas/{segment(iota_id)}/profiles', body=body, auth='bearer', answer='json')
        return answer

    def delete_profile(self, *, iota_id: str, user_id: str) -> None:
        """
        Remove a user from a home server and close their sockets. Needs the access token of an account with the role
        `operator` or `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/omikron/iotas/{segment(iota_id)}/profiles/{segment(user_id)}', auth='bearer', answer='none')

    def get_profile(self, *, iota_id: str, user_id: str) -> models.ProfileDto:
        """
        One user of a home server. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.ProfileDto = self._call('GET', f'/api/v1/omikron/iotas/{segment(iota_id)}/profiles/{segment(user_id)}', auth='bearer', answer='json')
        return answer

    def rotate_token(self, *, iota_id: str) -> models.IotaTokenDto:
        """
        Replace the token, and close the sockets of the old one. Needs the access token of an account with the role
        `operator` or `admin`, or a machine key.
        """
        answer: models.IotaTokenDto = self._call('POST', f'/api/v1/omikron/iotas/{segment(iota_id)}/token', auth='bearer', answer='json')
        return answer


class LegacyRooms(Resource):
    def add_endpoint_by_body(self, *, body: models.LegacyEndpointRequest) -> models.LegacyNewEndpointDto:
        """Of a later version of the original."""
        answer: models.LegacyNewEndpointDto = self._call('POST', '/add_endpoint/', body=body, auth='apiKey', answer='json')
        return answer

    def add_endpoint(self, *, name: str, permissions: models.Permissions, identity: Optional[str] = None) -> models.LegacyEndpointDto:
        """Also by GET."""
        answer: models.LegacyEndpointDto = self._call('POST', f'/add_endpoint/{segment(name)}/{segment(permissions)}/', query={'identity': identity}, auth='apiKey', answer='json')
        return answer

    def create_room(self, *, name: str) -> str:
        """Also at `/create_room/{name}/`, and by POST."""
        answer: str = self._call('GET', f'/create-room/{segment(name)}/', auth='apiKey', answer='text')
        return answer

    def create_room_by_body(self, *, body: models.LegacyCreateRoomRequest) -> str:
        """
        Of a later version of the original; also at `/create-room/`. A room that exists is answered `Room already
        exists. Webhook updated successfully.`
        """
        answer: str = self._call('POST', '/create_room/', body=body, auth='apiKey', answer='text')
        return answer

    def delete_room(self, *, name: str) -> str:
        """Also at `/delete_room/{name}/`, and by POST."""
        answer: str = self._call('GET', f'/delete-room/{segment(name)}/', auth='apiKey', answer='text')
        return answer

    def delete_endpoint(self, *, name: str, code: str) -> str:
        """Also by POST. Its sockets are closed."""
        answer: str = self._call('GET', f'/delete_endpoint/{segment(name)}/{segment(code)}/', auth='apiKey', answer='text')
        return answer

    def list_endpoints(self, *, name: str) -> models.LegacyEndpointList:
        """Also by POST."""
        answer: models.LegacyEndpointList = self._call('GET', f'/list_endpoints/{segment(name)}/', auth='apiKey', answer='json')
        return answer

    def list_rooms(self) -> models.LegacyRoomList:
        """Also by POST."""
        answer: models.LegacyRoomList = self._call('GET', '/list_rooms/', auth='apiKey', answer='json')
        return answer


class Lobby(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.LobbyPage:
        """
        Peers in the signaling lobby, in the order in which they connected. Needs the access token of an account
        with the role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.LobbyPage = self._call('GET', '/api/v1/lobby', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.LobbyPeerDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))


class LobbyTokens(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.LobbyTokenPage:
        """
        List lobby tokens: all of them with the role viewer or higher, otherwise one’s own. Needs the access token
        of a person's account, or a machine key with the scope.
        """
        answer: models.LobbyTokenPage = self._call('GET', '/api/v1/lobby/tokens', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.LobbyTokenDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def create(self, *, body: models.CreateLobbyTokenRequest) -> models.NewLobbyTokenDto:
        """
        Make a token, with a link, that admits to the lobby in the name of the caller. Needs the access token of a
        person's account.
        """
        answer: models.NewLobbyTokenDto = self._call('POST', '/api/v1/lobby/tokens', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """Delete a lobby token. Needs the access token of a person's account, or a machine key with the scope."""
        self._call('DELETE', f'/api/v1/lobby/tokens/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.LobbyTokenDto:
        """
        One lobby token, without its secret. Needs the access token of a person's account, or a machine key with the
        scope.
        """
        answer: models.LobbyTokenDto = self._call('GET', f'/api/v1/lobby/tokens/{segment(id)}', auth='bearer', answer='json')
        return answer


class MachineKeys(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.MachineKeyPage:
        """
        List machine keys, including expired ones. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, or a machine key.
        """
        answer: models.MachineKeyPage = self._call('GET', '/api/v1/machine-keys', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.MachineKeyDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def create(self, *, body: models.CreateMachineKeyRequest) -> models.NewMachineKeyDto:
        """
        Make a machine key, which is shown only once; a key cannot make one that may do more than itself. Needs the
        access token of an account with the role `admin`, or a machine key.
        """
        answer: models.NewMachineKeyDto = self._call('POST', '/api/v1/machine-keys', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """Delete a machine key. Needs the access token of an account with the role `admin`, or a machine key."""
        self._call('DELETE', f'/api/v1/machine-keys/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.MachineKeyDto:
        """
        One machine key, without its secret. Needs the access token of an account with the role `viewer`, `operator`
        or `admin`, or a machine key.
        """
        answer: models.MachineKeyDto = self._call('GET', f'/api/v1/machine-keys/{segment(id)}', auth='bearer', answer='json')
        return answer

    def rotate(self, *, id: int, body: models.RotateMachineKeyRequest) -> models.NewMachineKeyDto:
        """
        Replace the secret; the old one stays valid for the requested time. Needs the access token of an account
        with the role `admin`, or a machine key.
        """
        answer: models.NewMachineKeyDto = self._call('POST', f'/api/v1/machine-keys/{segment(id)}/rotate', body=body, auth='bearer', answer='json')
        return answer


class Media(Resource):
    def delete(self, *, id: int) -> None:
        """Remove a file of a message of one’s own. Needs the access token of an account or a device."""
        self._call('DELETE', f'/api/v1/media/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.MediaDto:
        """A file of a message. Needs the access token of an account or a device."""
        answer: models.MediaDto = self._call('GET', f'/api/v1/media/{segment(id)}', auth='bearer', answer='json')
        return answer

    def get_content(self, *, id: int, if_none_match: Optional[str] = None, if_range: Optional[str] = None, range: Optional[str] = None) -> Optional[bytes]:
        """The content of a file, or a range of it. Needs the access token of an account or a device."""
        answer: Optional[bytes] = self._call('GET', f'/api/v1/media/{segment(id)}/content', headers={'If-None-Match': if_none_match, 'If-Range': if_range, 'Range': range}, auth='bearer', answer='bytes')
        return answer

    def get_thumbnail(self, *, id: int) -> bytes:
        """The thumbnail of a picture. Needs the access token of an account or a device."""
        answer: bytes = self._call('GET', f'/api/v1/media/{segment(id)}/thumbnail', auth='bearer', answer='bytes')
        return answer


class Messages(Resource):
    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None, after: Optional[int] = None, before: Optional[int] = None, q: Optional[str] = None) -> models.MessagePage:
        """
        List messages: the newest first, or ascending after one; or search them. Needs the access token of an
        account or a device.
        """
        answer: models.MessagePage = self._call('GET', f'/api/v1/conversations/{segment(id)}/messages', query={'limit': limit, 'cursor': cursor, 'after': after, 'before': before, 'q': q}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None, after: Optional[int] = None, before: Optional[int] = None, q: Optional[str] = None) -> Iterator[models.MessageDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, after=after, before=before, q=q, cursor=cursor))

    def create(self, *, id: int, body: models.SendMessageRequest) -> models.MessageDto:
        """Write a message. Needs the access token of an account or a device."""
        answer: models.MessageDto = self._call('POST', f'/api/v1/conversations/{segment(id)}/messages', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """Delete a message of one’s own. Needs the access token of an account or a device."""
        self._call('DELETE', f'/api/v1/messages/{segment(id)}', auth='bearer', answer='none')

    def update(self, *, id: int, body: models.EditMessageRequest) -> models.MessageDto:
        """Change the text of a message of one’s own. Needs the access token of an account or a device."""
        answer: models.MessageDto = self._call('PATCH', f'/api/v1/messages/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer


class MetricsHistory(Resource):
    def read(self, *, names: Optional[str] = None, minutes: Optional[int] = None) -> models.MetricsHistoryDto:
        """Each node keeps its own in memory; a restarted node starts over. Longer periods are the job of Prometheus."""
        answer: models.MetricsHistoryDto = self._call('GET', '/api/v1/metrics/history', query={'names': names, 'minutes': minutes}, auth='bearer', answer='json')
        return answer


class Nodes(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.NodeList:
        """
        Live nodes with their state, in the order they started. Needs the access token of an account with the role
        `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.NodeList = self._call('GET', '/api/v1/nodes', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.NodeDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def get(self, *, name: str) -> models.NodeDetailDto:
        """
        One live node, as it reported itself within the last seconds. Needs the access token of an account with the
        role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.NodeDetailDto = self._call('GET', f'/api/v1/nodes/{segment(name)}', auth='bearer', answer='json')
        return answer

    def undrain(self, *, name: str) -> None:
        """
        Take a node back into service; 409 when it is stopping. Needs the access token of an account with the role
        `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/nodes/{segment(name)}/drain', auth='bearer', answer='none')

    def drain(self, *, name: str) -> None:
        """
        Its readiness fails, and new sockets and event streams are answered 503 with `Retry-After`. Those it has are
        told to come back, as at a planned restart, spread over some seconds: 1012, on Socket.IO the end of the
        transport. It runs on and answers REST until it is taken back or restarted.
        """
        self._call('POST', f'/api/v1/nodes/{segment(name)}/drain', auth='bearer', answer='none')


class Oidc(Resource):
    def callback(self, *, error: Optional[Any] = None, iss: Optional[Any] = None, code: Optional[Any] = None, state: Optional[Any] = None) -> None:
        """
        Where the identity provider sends browsers back to; the answer is for that browser alone. Anyone may call
        it.
        """
        self._call('GET', '/api/v1/auth/oidc/callback', query={'error': error, 'iss': iss, 'code': code, 'state': state}, auth='', answer='none')

    def exchange(self, *, body: models.ExchangeRequest) -> models.LoginDto:
        """Get the tokens for the code of a completed sign-in at the identity provider. Anyone may call it."""
        answer: models.LoginDto = self._call('POST', '/api/v1/auth/oidc/exchange', body=body, auth='', answer='json')
        return answer

    def start(self, *, return_to: Optional[str] = None) -> None:
        """Send a browser to the identity provider, to sign in there. Anyone may call it."""
        self._call('GET', '/api/v1/auth/oidc/start', query={'returnTo': return_to}, auth='', answer='none')


class Revocations(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.RevocationPage:
        """
        List revocations. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.RevocationPage = self._call('GET', '/api/v1/revocations', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None) -> Iterator[models.RevocationDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, cursor=cursor))

    def create(self, *, body: models.CreateRevocationRequest) -> models.RevocationDto:
        """
        Close matching sockets at once and refuse them until it ends. Needs the access token of an account with the
        role `operator` or `admin`, or a machine key.
        """
        answer: models.RevocationDto = self._call('POST', '/api/v1/revocations', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """
        Lift a revocation. Needs the access token of an account with the role `operator` or `admin`, or a machine
        key.
        """
        self._call('DELETE', f'/api/v1/revocations/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.RevocationDto:
        """
        One revocation. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.RevocationDto = self._call('GET', f'/api/v1/revocations/{segment(id)}', auth='bearer', answer='json')
        return answer


class RoomMessages(Resource):
    def list(self, *, name: str, after: Optional[int] = None, epoch: Optional[str] = None, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.RoomMessagePage:
        """The messages of a durable room, from an offset on. Needs the API key of an application."""
        answer: models.RoomMessagePage = self._call('GET', f'/api/v1/rooms/{segment(name)}/messages', query={'after': after, 'epoch': epoch, 'limit': limit, 'cursor': cursor}, auth='apiKey', answer='json')
        return answer

    def iterate(self, *, name: str, after: Optional[int] = None, epoch: Optional[str] = None, limit: Optional[int] = None) -> Iterator[models.RoomMessageDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(name=name, after=after, epoch=epoch, limit=limit, cursor=cursor))

    def publish(self, *, name: str, body: models.PublishToRoomRequest, idempotency_key: Optional[str] = None) -> models.PublishedDto:
        """
        Send a message to a room; in a durable room, answered once it is stored. Needs the API key of an
        application.
        """
        answer: models.PublishedDto = self._call('POST', f'/api/v1/rooms/{segment(name)}/messages', headers={'Idempotency-Key': idempotency_key}, body=body, auth='apiKey', answer='json')
        return answer


class Rooms(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, q: Optional[str] = None) -> models.RoomPage:
        """List rooms, or find them by name. Needs the API key of an application."""
        answer: models.RoomPage = self._call('GET', '/api/v1/rooms', query={'limit': limit, 'cursor': cursor, 'q': q}, auth='apiKey', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, q: Optional[str] = None) -> Iterator[models.RoomDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, q=q, cursor=cursor))

    def create(self, *, body: models.CreateRoomRequest) -> models.RoomDto:
        """Make a room. Needs the API key of an application."""
        answer: models.RoomDto = self._call('POST', '/api/v1/rooms', body=body, auth='apiKey', answer='json')
        return answer

    def delete(self, *, name: str) -> None:
        """Remove a room with its endpoints and close its sockets. Needs the API key of an application."""
        self._call('DELETE', f'/api/v1/rooms/{segment(name)}', auth='apiKey', answer='none')

    def get(self, *, name: str) -> models.RoomDto:
        """One room. Needs the API key of an application."""
        answer: models.RoomDto = self._call('GET', f'/api/v1/rooms/{segment(name)}', auth='apiKey', answer='json')
        return answer

    def update(self, *, name: str, body: models.UpdateRoomRequest) -> models.RoomDto:
        """Change a room; live sockets follow at once. Needs the API key of an application."""
        answer: models.RoomDto = self._call('PATCH', f'/api/v1/rooms/{segment(name)}', body=body, auth='apiKey', answer='json')
        return answer

    def presence(self, *, name: str, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.RoomPresenceDto:
        """Who is connected to a room now. Needs the API key of an application."""
        answer: models.RoomPresenceDto = self._call('GET', f'/api/v1/rooms/{segment(name)}/presence', query={'limit': limit, 'cursor': cursor}, auth='apiKey', answer='json')
        return answer

    def iterate_presence(self, *, name: str, limit: Optional[int] = None) -> Iterator[models.PresentMemberDto]:
        """Every item of `presence`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.presence(name=name, limit=limit, cursor=cursor))


class Services(Resource):
    def list(self, *, limit: Optional[int] = None, cursor: Optional[str] = None, q: Optional[str] = None) -> models.ServicePage:
        """
        List services, or find them by title. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, or a machine key.
        """
        answer: models.ServicePage = self._call('GET', '/api/v1/services', query={'limit': limit, 'cursor': cursor, 'q': q}, auth='bearer', answer='json')
        return answer

    def iterate(self, *, limit: Optional[int] = None, q: Optional[str] = None) -> Iterator[models.ServiceDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(limit=limit, q=q, cursor=cursor))

    def create(self, *, body: models.CreateServiceRequest) -> models.NewServiceDto:
        """
        Make a service; its tokens are shown only once. Needs the access token of an account with the role
        `operator` or `admin`, or a machine key.
        """
        answer: models.NewServiceDto = self._call('POST', '/api/v1/services', body=body, auth='bearer', answer='json')
        return answer

    def delete(self, *, id: int) -> None:
        """
        Remove a service and close its sockets. Needs the access token of an account with the role `operator` or
        `admin`, or a machine key.
        """
        self._call('DELETE', f'/api/v1/services/{segment(id)}', auth='bearer', answer='none')

    def get(self, *, id: int) -> models.ServiceDto:
        """
        One service. Needs the access token of an account with the role `viewer`, `operator` or `admin`, or a
        machine key.
        """
        answer: models.ServiceDto = self._call('GET', f'/api/v1/services/{segment(id)}', auth='bearer', answer='json')
        return answer

    def update(self, *, id: int, body: models.UpdateServiceRequest) -> models.ServiceDto:
        """
        Change a service; live sockets follow at once. Needs the access token of an account with the role `operator`
        or `admin`, or a machine key.
        """
        answer: models.ServiceDto = self._call('PATCH', f'/api/v1/services/{segment(id)}', body=body, auth='bearer', answer='json')
        return answer

    def publish(self, *, id: int, body: models.PublishToServiceRequest) -> models.DeliveredDto:
        """
        Send a message to the sockets of a service. Needs the access token of an account with the role `operator` or
        `admin`, or a machine key.
        """
        answer: models.DeliveredDto = self._call('POST', f'/api/v1/services/{segment(id)}/messages', body=body, auth='bearer', answer='json')
        return answer

    def list_sessions(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.ServiceSessionPage:
        """
        Live sessions of a service. Needs the access token of an account with the role `viewer`, `operator` or
        `admin`, or a machine key.
        """
        answer: models.ServiceSessionPage = self._call('GET', f'/api/v1/services/{segment(id)}/sessions', query={'limit': limit, 'cursor': cursor}, auth='bearer', answer='json')
        return answer

    def iterate_sessions(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.ServiceSessionDto]:
        """Every item of `list_sessions`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list_sessions(id=id, limit=limit, cursor=cursor))

    def end_session(self, *, id: int, code: str) -> None:
        """
        End a live session. Needs the access token of an account with the role `operator` or `admin`, or a machine
        key.
        """
        self._call('DELETE', f'/api/v1/services/{segment(id)}/sessions/{segment(code)}', auth='bearer', answer='none')

    def rotate_token(self, *, id: int, body: models.RotateTokenRequest) -> models.RotatedTokenDto:
        """
        Replace the token, and close the sockets of the old one. Needs the access token of an account with the role
        `operator` or `admin`, or a machine key.
        """
        answer: models.RotatedTokenDto = self._call('POST', f'/api/v1/services/{segment(id)}/tokens/rotate', body=body, auth='bearer', answer='json')
        return answer


class Stats(Resource):
    def read(self) -> models.StatsDto:
        """
        Sockets and traffic over all nodes: counters and rates. Needs the access token of an account with the role
        `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.StatsDto = self._call('GET', '/api/v1/stats', auth='bearer', answer='json')
        return answer


class Tickets(Resource):
    def create(self, *, body: models.CreateTicketRequest) -> models.TicketDto:
        """
        Make a ticket that lets a browser open one socket or event stream as the caller. Needs an access token, a
        lobby token, the token of an Iota, or the API key of an application.
        """
        answer: models.TicketDto = self._call('POST', '/api/v1/tickets', body=body, auth='apiKey or bearer', answer='json')
        return answer


class TokenIssuers(Resource):
    def list(self, *, id: int, limit: Optional[int] = None, cursor: Optional[str] = None) -> models.TokenIssuerPage:
        """
        List the token issuers of an application, without secrets. Needs the access token of an account with the
        role `viewer`, `operator` or `admin`, a machine key, or the API key of the application itself.
        """
        answer: models.TokenIssuerPage = self._call('GET', f'/api/v1/applications/{segment(id)}/token-issuers', query={'limit': limit, 'cursor': cursor}, auth='apiKey or bearer', answer='json')
        return answer

    def iterate(self, *, id: int, limit: Optional[int] = None) -> Iterator[models.TokenIssuerDto]:
        """Every item of `list`; the next page is asked for when the one before has been used up."""
        return items(lambda cursor: self.list(id=id, limit=limit, cursor=cursor))

    def create(self, *, id: int, body: models.CreateTokenIssuerRequest) -> models.TokenIssuerDto:
        """
        Register an issuer whose JWTs admit to the rooms of the application. Needs the access token of an account
        with the role `admin`, a machine key, or the API key of the application itself.
        """
        answer: models.TokenIssuerDto = self._call('POST', f'/api/v1/applications/{segment(id)}/token-issuers', body=body, auth='apiKey or bearer', answer='json')
        return answer

    def delete(self, *, id: int, issuer_id: int) -> None:
        """
        Remove a token issuer and close the sockets of its tokens. Needs the access token of an account with the
        role `admin`, a machine key, or the API key of the application itself.
        """
        self._call('DELETE', f'/api/v1/applications/{segment(id)}/token-issuers/{segment(issuer_id)}', auth='apiKey or bearer', answer='none')

    def get(self, *, id: int, issuer_id: int) -> models.TokenIssuerDto:
        """
        One token issuer, without its secret. Needs the access token of an account with the role `viewer`,
        `operator` or `admin`, a machine key, or the API key of the application itself.
        """
        answer: models.TokenIssuerDto = self._call('GET', f'/api/v1/applications/{segment(id)}/token-issuers/{segment(issuer_id)}', auth='apiKey or bearer', answer='json')
        return answer


class Top(Resource):
    def read(self, *, kind: models.TopKind, by: Optional[models.TopMeasure] = None) -> models.TopDto:
        """
        The ten busiest rooms or services of about the last minute. Needs the access token of an account with the
        role `viewer`, `operator` or `admin`, or a machine key.
        """
        answer: models.TopDto = self._call('GET', '/api/v1/top', query={'kind': kind, 'by': by}, auth='bearer', answer='json')
        return answer


class Api:
    """Everything that REST v1 can do, by the first half of the operation ids."""

    def __init__(self, transport: Transport) -> None:
        self.account_export = AccountExport(transport)
        self.account_identities = AccountIdentities(transport)
        self.account_logins = AccountLogins(transport)
        self.account_media_usage = AccountMediaUsage(transport)
        self.accounts = Accounts(transport)
        self.application_rooms = ApplicationRooms(transport)
        self.applications = Applications(transport)
        self.audit = Audit(transport)
        self.auth = Auth(transport)
        self.calls = Calls(transport)
        self.circle_media_usage = CircleMediaUsage(transport)
        self.circles = Circles(transport)
        self.config = Config(transport)
        self.connections = Connections(transport)
        self.conversations = Conversations(transport)
        self.devices = Devices(transport)
        self.endpoints = Endpoints(transport)
        self.find_omikron = FindOmikron(transport)
        self.health = Health(transport)
        self.ice_servers = IceServers(transport)
        self.invites = Invites(transport)
        self.iotas = Iotas(transport)
        self.legacy_rooms = LegacyRooms(transport)
        self.lobby = Lobby(transport)
        self.lobby_tokens = LobbyTokens(transport)
        self.machine_keys = MachineKeys(transport)
        self.media = Media(transport)
        self.messages = Messages(transport)
        self.metrics_history = MetricsHistory(transport)
        self.nodes = Nodes(transport)
        self.oidc = Oidc(transport)
        self.revocations = Revocations(transport)
        self.room_messages = RoomMessages(transport)
        self.rooms = Rooms(transport)
        self.services = Services(transport)
        self.stats = Stats(transport)
        self.tickets = Tickets(transport)
        self.token_issuers = TokenIssuers(transport)
        self.top = Top(transport)
