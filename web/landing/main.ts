import { enableCopying } from '../ui/copying.js';
import { setPill, type Tone } from '../ui/pill.js';

/** What the pill says for each status of `GET /health/ready`. */
const STATES: Readonly<Record<string, readonly [Tone, string]>> = {
  ok: ['good', 'Ready'],
  degraded: ['warn', 'Degraded'],
  starting: ['warn', 'Starting'],
  draining: ['warn', 'Draining'],
  deaf: ['bad', 'Cut off from other nodes'],
};

/** Puts this server's address into commands, so that they work as copied. */
function nameServer(): void {
  for (const field of document.querySelectorAll('[data-with-address]')) {
    if (field instanceof HTMLInputElement) field.value = field.value.replace('http://localhost:3000', location.origin);
  }
}

async function showReadiness(): Promise<void> {
  try {
    const answer = await fetch('/health/ready');
    const { status } = (await answer.json()) as { status: string };
    setPill(...(STATES[status] ?? ['', status]));
  } catch {
    setPill('bad', 'No answer');
  }
}

nameServer();
enableCopying();
void showReadiness();
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void showReadiness();
});
