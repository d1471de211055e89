// The shared server's database, for what no page can arrange yet.
import { psql } from './server.ts';

/** Runs one statement; answers with unaligned rows. */
export async function database(sql: string): Promise<string> {
  const url = process.env['DEALWRIGHT_DATABASE_URL'];
  if (!url) throw new Error('The database of this server is not known: set DEALWRIGHT_DATABASE_URL beside DEALWRIGHT_URL.');
  return await psql(url, sql);
}
