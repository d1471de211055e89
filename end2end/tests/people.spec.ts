// Users and departments: who comes in, who is out, and what open pages know of it.
import {
  Api,
  api,
  enter,
  expect,
  expectNoAxeViolations,
  open,
  PASSWORD,
  sendSignIn,
  sharedServer,
  signIn,
  test,
  unique,
} from '../support/fixtures.ts';
import { type Browser, type BrowserContext, type Locator, type Page, request } from '@playwright/test';
import { ConsoleWatch } from '../support/console.ts';
import { watchHydration } from '../support/hydration.ts';

const row = (page: Page, name: string): Locator => page.locator('.people__row', { hasText: name });

/** Invites somebody through the server, lets them set a password, and gives their address. */
async function member(role = 'salesperson'): Promise<{ id: number; name: string; email: string }> {
  const admin = await api('admin');
  const name = unique();
  const email = `${name.toLowerCase()}@dealwright.test`;
  const draft = { name, email, department: null, manager: null, roles: [role] };
  const link = await admin.post<{ user: number; token: string }>('app/settings/people/api/invite', { draft });
  const form = { token: link.token, name, password: PASSWORD };
  // In a browser of their own: whoever takes a link up is signed in.
  const theirs = await request.newContext({ baseURL: sharedServer(), extraHTTPHeaders: { origin: sharedServer() } });
  const taken = await theirs.post('/api/app/invitation/api/accept_invitation', { form, headers: { accept: 'application/json' } });
  expect(taken.ok(), await taken.text()).toBe(true);
  await theirs.dispose();
  return { id: link.user, name, email };
}

/** Another browser, which says nothing in its console until it is closed. */
async function another(browser: Browser): Promise<{ context: BrowserContext; page: Page; close: () => Promise<void> }> {
  const context = await browser.newContext();
  const watch = new ConsoleWatch(context);
  await watchHydration(context);
  const close = async (): Promise<void> => {
    await context.close();
    watch.expectQuiet([]);
  };
  return { context, page: await context.newPage(), close };
}

async function find(page: Page, name: string): Promise<void> {
  await page.getByLabel('Find by name or e-mail').fill(name);
  await expect(row(page, name)).toHaveCount(1);
}

test('an invited user sets a password with the link and is signed in', async ({ page, browser }) => {
  const name = unique();
  await signIn(page, 'admin', { to: '/settings/people' });
  await page.getByRole('button', { name: 'Invite' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  await expect(dialog.getByText('Fill this in.').first()).toBeVisible();
  await dialog.getByLabel('Name').fill(name);
  await dialog.getByLabel('E-mail').fill(`${name}@dealwright.test`);
  await expectNoAxeViolations(page, 'dialog[open]');
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByLabel('Link', { exact: true }).inputValue();
  expect(link).toMatch(/\/invitation\/[0-9a-f]{64}$/);
  await expectNoAxeViolations(page, 'dialog[open]');
  await page.getByRole('button', { name: 'Done' }).click();
  await find(page, name);
  await expect(row(page, name)).toContainText('Invited');
  await expectNoAxeViolations(page);

  const { page: invited, close } = await another(browser);
  await open(invited, link);
  await expect(invited.getByLabel('E-mail')).toHaveValue(`${name.toLowerCase()}@dealwright.test`);
  await expectNoAxeViolations(invited);
  await invited.getByLabel('Password').fill('short');
  await invited.getByRole('button', { name: 'Start' }).click();
  await expect(invited.getByText(/at least 10/i).first()).toBeVisible();
  await invited.getByLabel('Password').fill('a long enough password');
  await invited.getByRole('button', { name: 'Start' }).click();
  await expect(invited.getByRole('button', { name: `Account: ${name}` })).toBeVisible();
  // The administrator's page knows it without asking.
  await expect(row(page, name)).toContainText('Active');

  await open(invited, link);
  await expect(invited.getByRole('heading', { name: 'This link has been used' })).toBeVisible();
  await expectNoAxeViolations(invited);
  await close();
});

test('a link that nobody knows says what to do', async ({ page }) => {
  await open(page, '/invitation/nonsense');
  await expect(page.getByRole('heading', { name: 'This link does not work' })).toBeVisible();
  await expectNoAxeViolations(page);
  await page.getByRole('link', { name: 'Sign in' }).click();
  await expect(page).toHaveURL('/sign-in');
});

test('who is deactivated is out at once, and what was open goes to somebody else', async ({ page, browser }) => {
  const { name, email } = await member();
  const theirs = await Api.signIn(sharedServer(), { email, password: PASSWORD });
  const deal = await theirs.card('deal', unique());
  const { context, page: other, close } = await another(browser);
  await enter(context, theirs);
  await open(other, `/deals/${deal.id}`);
  await expect(other.getByRole('heading', { name: deal.title })).toBeVisible();

  await signIn(page, 'admin', { to: '/settings/people' });
  await find(page, name);
  await page.getByRole('button', { name: `More for ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Deactivate' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText('1 Deal')).toBeVisible();
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await expect(dialog.getByText('Choose who takes over the open records.')).toBeVisible();
  await expectNoAxeViolations(page, 'dialog[open]');
  await dialog.getByLabel('Goes to').selectOption({ index: 1 });
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await expect(page.getByText(`${name} was deactivated.`)).toBeVisible();
  await expect(row(page, name)).toContainText('Deactivated');

  // Their page goes to sign in by itself, without a word in the console, and they cannot come in.
  await expect(other).toHaveURL(/\/sign-in\?next=/);
  const admin = await api('admin');
  const read = await admin.request.get(`/api/app/record/api/open_record?kind=deal&id=${deal.id}`);
  expect(JSON.stringify(await read.json())).not.toContain(`"owner_id":{"id":${theirs.workspace.me.id}}`);

  // Taken back as one: they have their deal again and can come in.
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row(page, name)).toContainText('Active');
  await sendSignIn(other, email, PASSWORD);
  await expect(other.getByRole('heading', { name: deal.title })).toBeVisible();
  await close();
});

test('a role that is taken away holds on the open page', async ({ page, browser }) => {
  const { name, email } = await member('director');
  const theirs = await Api.signIn(sharedServer(), { email, password: PASSWORD });
  const head = await api('head');
  const deal = await head.card('deal', unique());
  const { context, page: other, close } = await another(browser);
  await enter(context, theirs);
  await open(other, `/deals/${deal.id}`);
  await expect(other.getByRole('heading', { name: deal.title })).toBeVisible();

  await signIn(page, 'admin', { to: '/settings/people' });
  await find(page, name);
  await page.getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Director').uncheck();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Fill this in.')).toBeVisible();
  await dialog.getByLabel('Salesperson').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, name)).toContainText('Salesperson');
  await expect(other.getByRole('heading', { name: deal.title })).toBeHidden();
  await close();
});

test('the last administrator stays one', async ({ page, ownServer }) => {
  // On a server of its own: other tests make administrators of people.
  const server = (await ownServer()).url;
  await signIn(page, 'admin', { to: '/settings/people', server });
  const me = (await api('admin', server)).name;
  await find(page, me);
  await page.getByRole('button', { name: `More for ${me}` }).click();
  await expect(page.getByRole('menuitem', { name: 'Edit' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: 'Deactivate' })).toHaveCount(0);
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Administrator').uncheck();
  await dialog.getByLabel('Director').check();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Nobody else could change settings')).toBeVisible();
});

test('departments are made, moved and deleted as a tree', async ({ page }) => {
  const [above, below] = [unique(), unique()];
  await signIn(page, 'admin', { to: '/settings/people?view=departments' });
  await page.getByRole('button', { name: 'Add department' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill(above);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(row(page, above)).toHaveAttribute('data-depth', '0');
  await page.getByRole('button', { name: `More for ${above}` }).click();
  await page.getByRole('menuitem', { name: 'Add one below' }).click();
  await dialog.getByLabel('Name').fill(below);
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(row(page, below)).toHaveAttribute('data-depth', '1');
  // Nothing lies over the list, nor the list half under its head: how large a target is, is then its own size.
  const messages = page.locator('.toast');
  const closing = messages.getByRole('button', { name: 'Close' });
  await closing.evaluateAll((buttons: HTMLElement[]) => buttons.forEach((button) => button.click()));
  await expect(messages).toHaveCount(0);
  await page.locator('.people__row').first().evaluate((first) => first.scrollIntoView({ block: 'nearest' }));
  await expectNoAxeViolations(page);

  // A department is not offered a place under itself.
  await page.getByRole('button', { name: above, exact: true }).click();
  await expect(dialog.getByLabel('Part of').getByRole('option', { name: below })).toHaveCount(0);
  await dialog.getByLabel('Name').fill(`${above} and more`);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(row(page, `${above} and more`)).toHaveCount(1);

  await page.getByRole('button', { name: `More for ${above} and more` }).click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await expectNoAxeViolations(page, 'dialog[open]');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await expect(row(page, below)).toHaveAttribute('data-depth', '0');
  await page.getByRole('button', { name: 'Undo' }).last().click();
  await expect(row(page, below)).toHaveAttribute('data-depth', '1');
});
