import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DatabaseHealth } from '../../src/modules/database/database-health.js';
import { type RunningApp, startApp } from '../support/app.js';

describe('the database connection', () => {
  let server: RunningApp;
  beforeAll(async () => {
    server = await startApp();
  });
  afterAll(async () => {
    await server.close();
  });

  it('uses UTF-8 and UTC', async () => {
    const [row] = await server.dataSource.query(
      `SELECT current_setting('server_encoding') AS encoding, lower('ÄÖ') AS text`,
    );
    expect(row).toEqual({ encoding: 'UTF8', text: 'äö' });
  });

  it('says that it is up', async () => {
    await expect(server.app.get(DatabaseHealth).state()).resolves.toMatchObject({ up: true });
  });
});
