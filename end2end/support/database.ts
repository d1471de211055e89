// The databases of servers, for what no page can arrange.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';

const OPTIONS = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set=ON_ERROR_STOP=1'];

/** Runs one statement in the shared server's database; answers with unaligned rows. */
export async function database(sql: string): Promise<string> {
  const url = process.env['DEALWRIGHT_DATABASE_URL'];
  if (!url) throw new Error('The database of this server is not known: set DEALWRIGHT_DATABASE_URL beside DEALWRIGHT_URL.');
  return await psql(url, sql);
}

async function psql(url: string, sql: string): Promise<string> {
  const { stdout } = await promisify(execFile)('psql', [...OPTIONS, `--command=${sql}`, url]);
  return stdout.trim();
}

/** A database on the test cluster, or none: then the binary runs a PostgreSQL of its own. */
export class Database {
  private readonly holders = new Set<ChildProcess>();

  private constructor(
    private readonly cluster: string,
    private readonly name: string,
  ) {}

  static async create(): Promise<Database | undefined> {
    const cluster = process.env['TEST_DATABASE_URL'];
    if (!cluster) return undefined;
    const database = new Database(cluster, `e2e_${randomBytes(6).toString('hex')}`);
    await database.onCluster(`create database ${database.name}`);
    return database;
  }

  get url(): string {
    const url = new URL(this.cluster);
    url.pathname = `/${this.name}`;
    return url.toString();
  }

  /** Runs one statement in this database; answers with unaligned rows. */
  async query(sql: string): Promise<string> {
    return await psql(this.url, sql);
  }

  /**
   * Keeps what a statement locks until the answer is called, so that work which wants it can be looked at while it goes
   * on, however quick it is: `const letGo = await database.hold('select … for update')`.
   */
  async hold(sql: string): Promise<() => Promise<void>> {
    const holder = spawn('psql', [...OPTIONS, this.url], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.holders.add(holder);
    const ended = once(holder, 'exit').then(() => {
      this.holders.delete(holder);
      return 'ended';
    });
    holder.stdin.write(`begin;\n${sql};\n\\echo held\n`);
    const held = once(holder.stdout, 'data').then(() => 'held');
    if ((await Promise.race([held, ended])) !== 'held') throw new Error(`Not held: ${sql}`);
    return async () => {
      holder.stdin.end('rollback;\n');
      await ended;
    };
  }

  async drop(): Promise<void> {
    for (const holder of this.holders) holder.kill();
    await this.onCluster(`drop database if exists ${this.name} with (force)`);
  }

  private async onCluster(sql: string): Promise<void> {
    await psql(this.cluster, sql);
  }
}
