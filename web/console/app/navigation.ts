import {
  BookOpen,
  Box,
  Cable,
  CircleDot,
  Gauge,
  House,
  MessagesSquare,
  Phone,
  ScrollText,
  Server,
  Settings,
  ShieldOff,
  Users,
} from 'lucide-react';

/** Names are fixed: people and programs navigate by them. */
export const NAVIGATION = [
  { name: 'Overview', to: '/', icon: Gauge },
  { name: 'Connections', to: '/connections', icon: Cable },
  { name: 'Services', to: '/services', icon: Box },
  { name: 'Rooms', to: '/rooms', icon: MessagesSquare },
  { name: 'Circles', to: '/circles', icon: CircleDot },
  { name: 'Calls', to: '/calls', icon: Phone },
  { name: 'Home servers', to: '/home-servers', icon: House },
  { name: 'Accounts', to: '/accounts', icon: Users },
  { name: 'Revocations', to: '/revocations', icon: ShieldOff },
  { name: 'Audit log', to: '/audit', icon: ScrollText },
  { name: 'Nodes', to: '/nodes', icon: Server },
  { name: 'Settings', to: '/settings', icon: Settings },
  { name: 'API', to: '/api', icon: BookOpen },
] as const;
