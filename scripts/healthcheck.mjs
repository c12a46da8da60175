// Exits with 0 if the server with this environment accepts traffic: for container health checks, without curl.
import http from 'node:http';
import https from 'node:https';

const { PORT, TLS_CERT } = process.env;
const { get } = TLS_CERT ? https : http;
get(
  {
    host: '127.0.0.1',
    port: PORT || '3000',
    path: '/health/ready',
    timeout: 4_000,
    // We are talking to ourselves.
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
