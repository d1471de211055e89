// Starts, stops and restarts the real binary, each server with a database and a port of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from './database.ts';

const END2END = path.dirname(import.meta.dirname);
const REPO = path.dirname(END2END);
const LOGS = path.join(END2END, 'test-results');

// The first start migrates an empty database and fills it with the demonstration's records.
const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 10_000;

function binary(): string {
  const cache = process.env['DEALWRIGHT_CACHE'] ?? path.join(homedir(), '.cache/dealwright');
  const target = process.env['CARGO_TARGET_DIR'] ?? path.join(cache, 'target');
  return process.env['DEALWRIGHT_BIN'] ?? path.join(target, 'debug/dealwright');
}

async function freePort(): Promise<number> {
  return await new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address && typeof address === 'object') resolve(address.port);
        else reject(new Error('no free port'));
      });
    });
  });
}

export interface ServerOptions {
  /** The command after `dealwright`. */
  command?: string[];
  /** Settings on top of those that every server gets. */
  env?: Record<string, string>;
  /** A server whose database it shares, as another node. */
  beside?: Server;
}

export class Server {
  private process: ChildProcess | undefined;

  private constructor(
    /** Where it answers: `http://127.0.0.1:PORT`, no slash at the end. */
    readonly url: string,
    private readonly port: number,
    private readonly data: string,
    /** Its database; undefined when the binary runs a PostgreSQL of its own. */
    readonly database: Database | undefined,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions = {}): Promise<Server> {
    const port = await freePort();
    const data = mkdtempSync(path.join(tmpdir(), 'dealwright-e2e-'));
    const { beside } = options;
    if (beside && !beside.database) throw new Error('Nodes need a database that none of them runs: set TEST_DATABASE_URL.');
    const database = beside ? beside.database : await Database.create();
    const server = new Server(`http://127.0.0.1:${port}`, port, data, database, options);
    try {
      await server.launch();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** Everything it has written so far. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** Stops it for `downFor` milliseconds; the same address and data afterwards. */
  async restart(downFor = 0): Promise<void> {
    await this.halt();
    await sleep(downFor);
    await this.launch();
  }

  /** Stops it, keeping its address and data for `launch`. */
  async halt(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const stopped = await Promise.race([gone.then(() => true), sleep(STOP_TIMEOUT, false)]);
    if (!stopped) {
      child.kill('SIGKILL');
      await gone;
      throw new Error(`The server did not stop within ${STOP_TIMEOUT} ms.\n${this.log()}`);
    }
  }

  /** Starts it after `halt`. */
  async launch(): Promise<void> {
    const environment = { ...process.env };
    delete environment['TEST_DATABASE_URL'];
    // Ours names the shared server; to a server it is the address that its users type.
    delete environment['DEALWRIGHT_URL'];
    // Playwright asks for colours, which make a log hard to read.
    delete environment['FORCE_COLOR'];
    mkdirSync(LOGS, { recursive: true });
    const log = openSync(this.logFile, 'a');
    this.process = spawn(binary(), this.options.command ?? ['demo'], {
      cwd: REPO,
      stdio: ['ignore', log, log],
      env: {
        ...environment,
        ...(this.database && { DATABASE_URL: this.database.url }),
        DEALWRIGHT_ADDR: `127.0.0.1:${this.port}`,
        DEALWRIGHT_DATA: this.data,
        LEPTOS_SITE_ROOT: process.env['LEPTOS_SITE_ROOT'] ?? path.join(REPO, 'target/site'),
        ...this.options.env,
      },
    });
    closeSync(log);
    await this.answers(this.process);
  }

  /** Stops it and removes its data, and its database unless that is another node's. */
  async stop(): Promise<void> {
    await this.halt();
    if (!this.options.beside) await this.database?.drop();
    rmSync(this.data, { recursive: true, force: true });
  }

  private get logFile(): string {
    return path.join(LOGS, `server-${this.port}.log`);
  }

  private async answers(child: ChildProcess): Promise<void> {
    let failure: Error | undefined;
    child.once('error', (error) => (failure = error));
    const deadline = Date.now() + START_TIMEOUT;
    while (Date.now() < deadline) {
      if (failure) throw failure;
      if (child.exitCode !== null || child.signalCode !== null) {
        throw new Error(`The server stopped while starting.\n${this.log()}`);
      }
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(50);
    }
    throw new Error(`The server did not answer within ${START_TIMEOUT} ms.\n${this.log()}`);
  }
}
