// The first run of a server on an empty database.
import { request } from '@playwright/test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from './api.ts';
import type { Server } from './server.ts';

export const ADMINISTRATOR = { email: 'ada@example.com', password: 'a long enough secret' };

/** The one-time link that the server has printed. */
export async function setUpLink(server: Server): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const link = /https?:\/\/\S+\/set-up\?token=\S+/.exec(server.log());
    if (link) return link[0];
    await sleep(50);
  }
  throw new Error(`The server has printed no link.\n${server.log()}`);
}

/** Sets a server up as the form would, and goes on as its administrator. */
export async function setUp(server: Server): Promise<Api> {
  const token = new URL(await setUpLink(server)).searchParams.get('token') ?? '';
  const context = await request.newContext({ baseURL: server.url, extraHTTPHeaders: { origin: server.url } });
  const answer = await context.post('/api/app/set_up/api/finish_set_up', {
    headers: { accept: 'application/json' },
    form: {
      token,
      'form[organisation]': 'Analytical Engines',
      'form[name]': 'Ada Lovelace',
      'form[email]': ADMINISTRATOR.email,
      'form[password]': ADMINISTRATOR.password,
      'form[currency]': 'EUR',
      'form[time_zone]': 'Europe/London',
      'form[preset]': 'sales',
      'form[leads]': 'true',
    },
  });
  if (!answer.ok()) throw new Error(`Not set up: ${answer.status()} ${await answer.text()}`);
  await context.dispose();
  return await Api.signIn(server.url, ADMINISTRATOR);
}
