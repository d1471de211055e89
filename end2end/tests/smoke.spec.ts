import { expect, expectNoAxeViolations, open, signIn, test } from '../support/fixtures.ts';

test('the server says that it is well', async ({ request }) => {
  const answer = await request.get('/healthz');
  expect(answer.status()).toBe(200);
});

test('the sign-in page answers', async ({ page }) => {
  await open(page, '/sign-in');
  await expect(page.getByLabel('E-mail')).toBeVisible();
  await expect(page.getByLabel('Password', { exact: true })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
  await expectNoAxeViolations(page);
});

test('a demonstration user signs in', async ({ page }) => {
  await signIn(page, 'sales');
  await expect(page).not.toHaveURL(/sign-in/);
});
