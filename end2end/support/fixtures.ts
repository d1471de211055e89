// What every spec imports: `test` with our fixtures, and the helpers.
import { test as base, type BrowserContext, type Page } from '@playwright/test';
import { Board } from './board.ts';
import { ConsoleWatch } from './console.ts';
import { watchHydration } from './hydration.ts';
import { Network } from './network.ts';
import { Server, type ServerOptions } from './server.ts';
import { signIn, type SignInOptions, type Who } from './sign-in.ts';

export { expect } from '@playwright/test';
export { Api, money, text, unique } from './api.ts';
export { expectNoAxeViolations } from './axe.ts';
export { Board, numberIn } from './board.ts';
export { database } from './database.ts';
export { hydrated, open } from './hydration.ts';
export { tickAll } from './list.ts';
export { editField } from './record.ts';
export { ADMINISTRATOR, setUp, setUpLink } from './set-up.ts';
export { api, enter, PASSWORD, sendSignIn, sharedServer, signIn, USERS } from './sign-in.ts';
export { Finger, swipe, touchDrag } from './touch.ts';

interface Options {
  /** Complaints of the browser that a test expects: `test.use({ allowedConsole: [/status of 404/] })`. */
  allowedConsole: RegExp[];
}

interface Fixtures {
  /** Opens another browser, signed in as someone: `const page = await secondUser('head')`. */
  secondUser: (who: Who, options?: SignInOptions) => Promise<Page>;
  /** Starts a server for this test alone, to be restarted or broken: `const server = await ownServer()`. */
  ownServer: (options?: ServerOptions) => Promise<Server>;
  /** A network of its own to a host and port, to be cut or to fall silent: `const network = await networkTo(url)`. */
  networkTo: (url: string) => Promise<Network>;
  /** Those that `ownServer` started: stopped after the pages are judged, which would complain of it. */
  servers: Server[];
  board: Board;
}

interface WorkerFixtures {
  /** Where the server is that all tests of a worker share: `DEALWRIGHT_URL`, or one that is started for them. */
  sharedUrl: string;
}

export const test = base.extend<Options & Fixtures, WorkerFixtures>({
  allowedConsole: [[], { option: true }],

  sharedUrl: [
    async ({}, use) => {
      const given = process.env['DEALWRIGHT_URL'];
      if (given) {
        await use(given);
        return;
      }
      const server = await Server.start();
      // For what is no fixture: `sharedServer()` and `database()`.
      process.env['DEALWRIGHT_URL'] = server.url;
      if (server.database) process.env['DEALWRIGHT_DATABASE_URL'] = server.database.url;
      await use(server.url);
      await server.stop();
    },
    { scope: 'worker', auto: true, timeout: 90_000 },
  ],

  baseURL: async ({ sharedUrl }, use) => {
    await use(sharedUrl);
  },

  servers: async ({}, use) => {
    const servers: Server[] = [];
    await use(servers);
    // Nodes that joined before the one whose database they share.
    for (const server of servers.toReversed()) await server.stop();
  },

  context: async ({ context, allowedConsole, servers: _ }, use) => {
    const watch = new ConsoleWatch(context);
    await watchHydration(context);
    await use(context);
    watch.expectQuiet(allowedConsole);
  },

  secondUser: async ({ browser, allowedConsole, servers: _ }, use) => {
    const opened: { context: BrowserContext; watch: ConsoleWatch }[] = [];
    await use(async (who, options) => {
      const context = await browser.newContext();
      opened.push({ context, watch: new ConsoleWatch(context) });
      await watchHydration(context);
      const page = await context.newPage();
      await signIn(page, who, options);
      return page;
    });
    for (const { context } of opened) await context.close();
    for (const { watch } of opened) watch.expectQuiet(allowedConsole);
  },

  ownServer: async ({ servers }, use) => {
    await use(async (options) => {
      const server = await Server.start(options);
      servers.push(server);
      return server;
    });
  },

  networkTo: async ({ servers: _ }, use) => {
    const networks: Network[] = [];
    await use(async (url) => {
      const { hostname, port } = new URL(url);
      const network = await Network.to(hostname, Number(port || 5432));
      networks.push(network);
      return network;
    });
    for (const network of networks) await network.stop();
  },

  board: async ({ page }, use) => {
    await use(new Board(page));
  },
});
