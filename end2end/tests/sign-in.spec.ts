import {
  Api,
  enter,
  expect,
  hydrated,
  open,
  PASSWORD,
  sendSignIn,
  sharedServer,
  signIn,
  test,
  USERS,
} from '../support/fixtures.ts';

test('the right password leads to one’s day', async ({ page }) => {
  await open(page, '/sign-in');
  await sendSignIn(page, USERS.sales, PASSWORD);
  await expect(page).toHaveURL('/');
  await expect(page.getByRole('heading', { level: 1, name: /^Good / })).toBeVisible();
});

test('who asked for a page comes to it after signing in', async ({ page }) => {
  await page.goto('/leads/board?q=chairs');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await hydrated(page);
  await sendSignIn(page, USERS.sales, PASSWORD);
  await expect(page).toHaveURL('/leads/board?q=chairs');
});

test('nobody is sent to another site', async ({ page }) => {
  await open(page, '/sign-in?next=https%3A%2F%2Fevil.example%2F');
  await sendSignIn(page, USERS.sales, PASSWORD);
  await expect(page).toHaveURL('/');
});

test.describe('a wrong password', () => {
  // The browser itself logs every answer that is a refusal.
  test.use({ allowedConsole: [/status of 401/] });

  test('says so and keeps the e-mail address', async ({ page }) => {
    await open(page, '/sign-in');
    await sendSignIn(page, 'nobody@dealwright.test', 'not the password');
    await expect(page.getByRole('alert')).toContainText('do not fit together');
    await expect(page.getByLabel('E-mail')).toHaveValue('nobody@dealwright.test');
    await expect(page).toHaveURL('/sign-in');
    await sendSignIn(page, USERS.sales, PASSWORD);
    await expect(page).toHaveURL('/');
  });
});

test.describe('without JavaScript', () => {
  test.use({ javaScriptEnabled: false });

  test('one signs in, and comes to the page that was asked for', async ({ page }) => {
    await page.goto('/leads/board');
    await sendSignIn(page, USERS.sales, PASSWORD);
    await expect(page).toHaveURL('/leads/board');
    await expect(page.getByRole('heading', { level: 1, name: 'Leads' })).toBeVisible();
  });

  test('a wrong password says so and keeps the e-mail address', async ({ page }) => {
    await page.goto('/sign-in?next=%2Ffunnel');
    await sendSignIn(page, 'nobody.else@dealwright.test', 'not the password');
    await expect(page.getByRole('alert')).toContainText('do not fit together');
    await expect(page.getByLabel('E-mail')).toHaveValue('nobody.else@dealwright.test');
    await sendSignIn(page, USERS.sales, PASSWORD);
    await expect(page).toHaveURL('/funnel');
  });
});

test('signing out ends the session', async ({ page }) => {
  await signIn(page, 'sales', { newSession: true });
  await page.getByRole('button', { name: /^Account: / }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page).toHaveURL('/sign-in');
  await page.goto('/deals/board');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});

test.describe('the password', () => {
  // The browser itself logs every answer that is a refusal.
  test.use({ allowedConsole: [/status of (401|403|422)/] });

  test('a new password counts from then on, here and nowhere else', async ({ page, browser }, { project }) => {
    // Somebody whom no other test signs in as.
    const email = project.name === 'phone' ? 'rohan@dealwright.test' : 'clara@dealwright.test';
    const fresh = 'a new and longer secret';
    const here = await Api.signIn(sharedServer(), { email, password: PASSWORD });
    const elsewhere = await Api.signIn(sharedServer(), { email, password: PASSWORD });
    await enter(page.context(), here);
    await open(page, '/account');
    await page.getByLabel('Old password').fill(PASSWORD);
    await page.getByLabel('New password').fill('short');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByLabel('New password')).toHaveAccessibleDescription(/at least 10 characters/i);
    await expect(page.getByLabel('Old password')).toHaveValue(PASSWORD);

    const change = async (from: string, to: string) => {
      await page.getByLabel('Old password').fill(from);
      await page.getByLabel('New password').fill(to);
      await page.getByRole('button', { name: 'Change password' }).click();
      await expect(page.getByText('Your password has been changed.')).toBeVisible();
      await expect(page.getByLabel('Old password')).toHaveValue('');
    };
    await change(PASSWORD, fresh);
    await page.reload();
    await expect(page).toHaveURL('/account');
    await hydrated(page);
    const there = await browser.newContext();
    await enter(there, elsewhere);
    const old = await there.newPage();
    await old.goto('/account');
    await expect(old).toHaveURL(/\/sign-in/);
    await there.close();
    const again = await Api.signIn(sharedServer(), { email, password: fresh });
    expect(again.workspace.me.email).toBe(email);
    // As it was, for a server that lives on.
    await change(fresh, PASSWORD);
  });

  test('is not changed by who does not know it', async ({ page }) => {
    await signIn(page, 'director', { to: '/account', newSession: true });
    await page.getByLabel('Old password').fill('not the password');
    await page.getByLabel('New password').fill('long enough for anybody');
    await page.getByRole('button', { name: 'Change password' }).click();
    await expect(page.getByRole('alert').or(page.locator('.field__error')).first()).toBeVisible();
    await expect(page.getByLabel('New password')).toHaveValue('long enough for anybody');
  });
});
