// One server for all tests, unless DEALWRIGHT_URL names one that runs already.
import { Server } from './server.ts';

export default async function setUp(): Promise<(() => Promise<void>) | void> {
  if (process.env['DEALWRIGHT_URL']) return;
  const server = await Server.start();
  process.env['DEALWRIGHT_URL'] = server.url;
  if (server.database) process.env['DEALWRIGHT_DATABASE_URL'] = server.database.url;
  return async () => await server.stop();
}
