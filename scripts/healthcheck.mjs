// Exit code 0 when the server with this environment wants traffic: for container health checks, without curl.
import http from 'node:http';
import https from 'node:https';

const { PORT, TLS_CERT, ALLOWED_HOSTS, PUBLIC_URL } = process.env;
const port = PORT || '3000';
// The server may answer for its own names only.
const name = ALLOWED_HOSTS?.split(',')[0].trim() || (PUBLIC_URL ? new URL(PUBLIC_URL).host : `127.0.0.1:${port}`);
const { get } = TLS_CERT ? https : http;
get(
  {
    host: '127.0.0.1',
    port,
    path: '/health/ready',
    headers: { host: name },
    timeout: 4_000,
    // It is ourselves.
    rejectUnauthorized: false,
  },
  (response) => {
    response.pipe(process.stdout);
    process.exitCode = response.statusCode === 200 ? 0 : 1;
  },
)
  .on('timeout', function () {
    this.destroy(new Error('no answer'));
  })
  .on('error', (error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
