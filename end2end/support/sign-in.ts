// The demonstration's users, and signing in as one of them.
import type { BrowserContext, Page } from '@playwright/test';
import { hydrated, open } from './hydration.ts';

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
  /** The server, when it is not the one that all tests share. */
  server?: string;
  /** Always through the form, for tests that end the session. */
  newSession?: boolean;
}

type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>;
const sessions = new Map<string, Cookies>();

/** Signs in and ends on the first page, alive. The form is used once per user, later calls continue that session. */
export async function signIn(page: Page, who: Who, options: SignInOptions = {}): Promise<void> {
  const server = options.server ?? '';
  const key = `${server} ${who}`;
  const session = options.newSession ? undefined : sessions.get(key);
  if (session) {
    await page.context().addCookies(session);
    await open(page, `${server}/`);
    if (!isSignIn(page.url())) return;
    await page.context().clearCookies();
  }
  await open(page, `${server}/sign-in`);
  await sendSignIn(page, USERS[who], PASSWORD);
  await page.waitForURL((url) => !isSignIn(url));
  await hydrated(page);
  if (!options.newSession) sessions.set(key, await page.context().cookies());
}

function isSignIn(url: string | URL): boolean {
  return new URL(url).pathname === '/sign-in';
}
