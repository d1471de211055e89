// The demonstration's users, and signing in as one of them.
import type { BrowserContext, Page } from '@playwright/test';
import { Api } from './api.ts';
import { open } from './hydration.ts';

export const USERS = {
  admin: 'admin@dealwright.test',
  head: 'head@dealwright.test',
  sales: 'sales@dealwright.test',
  director: 'director@dealwright.test',
} as const;

export type Who = keyof typeof USERS;

export const PASSWORD = 'dealwright-demo';

/** Fills the form in and sends it, whatever comes of it. */
export async function sendSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export interface SignInOptions {
  /** Where to go; the board of deals if not given. */
  to?: string;
  /** The server, when it is not the one that all tests share. */
  server?: string;
  /** A session of its own, for tests that end it. */
  newSession?: boolean;
}

const apis = new Map<string, Api>();

/** Somebody's session, to prepare records with: signed in once per user and server. */
export async function api(who: Who, server = sharedServer()): Promise<Api> {
  const key = `${server} ${who}`;
  const known = apis.get(key);
  if (known) return known;
  const fresh = await Api.signIn(server, who);
  apis.set(key, fresh);
  return fresh;
}

/** Goes to a page as somebody, and waits until it is alive. The form itself is sign-in.spec.ts' matter. */
export async function signIn(page: Page, who: Who, options: SignInOptions = {}): Promise<void> {
  const server = options.server ?? sharedServer();
  const session = options.newSession ? await Api.signIn(server, who) : await api(who, server);
  await enter(page.context(), session);
  await open(page, `${server}${options.to ?? '/deals/board'}`);
}

/** Gives a browser somebody's session. */
export async function enter(context: BrowserContext, session: Api): Promise<void> {
  await context.addCookies(await session.cookies());
}

export function sharedServer(): string {
  const url = process.env['DEALWRIGHT_URL'];
  if (!url) throw new Error('DEALWRIGHT_URL is not set: no worker has started its server.');
  return url;
}
