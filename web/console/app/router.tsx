import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { type ComponentType } from 'react';
import { NotFound } from './not-found.js';
import { parseSearch, type Search, stringifySearch } from './search.js';
import { Shell } from './shell.js';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  validateSearch: (search): Search => search as Search,
});

/** A screen whose code is loaded on demand. */
function screen<const P extends string>(path: P, load: () => Promise<ComponentType>) {
  return createRoute({
    getParentRoute: () => root,
    path,
    component: lazyRouteComponent(async () => ({ default: await load() })),
  });
}

const routeTree = root.addChildren([
  screen('/', async () => (await import('../screens/overview/overview.js')).Overview),
  screen('/connections', async () => (await import('../screens/connections/connections.js')).Connections),
  screen('/connections/$id', async () => (await import('../screens/connections/connection.js')).Connection),
  screen('/services', async () => (await import('../screens/services/services.js')).Services),
  screen('/services/$id', async () => (await import('../screens/services/service.js')).Service),
  screen('/services/$id/sessions/$session', async () => (await import('../screens/services/session.js')).Session),
  screen('/rooms', async () => (await import('../screens/rooms/applications.js')).Applications),
  screen('/rooms/$application', async () => (await import('../screens/rooms/application.js')).Application),
  screen('/rooms/$application/$room', async () => (await import('../screens/rooms/room.js')).Room),
  screen('/circles', async () => (await import('../screens/circles/circles.js')).Circles),
  screen('/circles/$id', async () => (await import('../screens/circles/circle.js')).Circle),
  screen('/calls', async () => (await import('../screens/calls/calls.js')).Calls),
  screen('/calls/$id', async () => (await import('../screens/calls/call.js')).Call),
  screen('/home-servers', async () => (await import('../screens/home-servers/home-servers.js')).HomeServers),
  screen('/home-servers/$id', async () => (await import('../screens/home-servers/home-server.js')).HomeServer),
  screen('/accounts', async () => (await import('../screens/accounts/accounts.js')).Accounts),
  screen('/accounts/$id', async () => (await import('../screens/accounts/account.js')).Account),
  screen('/revocations', async () => (await import('../screens/revocations/revocations.js')).Revocations),
  screen('/audit', async () => (await import('../screens/audit/audit.js')).AuditLog),
  screen('/nodes', async () => (await import('../screens/nodes/nodes.js')).Nodes),
  screen('/nodes/$name', async () => (await import('../screens/nodes/node.js')).Node),
  screen('/settings', async () => (await import('../screens/settings/settings.js')).Settings),
  screen('/api', async () => (await import('../screens/api/api.js')).Api),
]);

export const router = createRouter({
  routeTree,
  basepath: '/console',
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
