import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { ViewerQuery } from '../generated/graphql.ts';
import { viewer } from '../support/graphql/documents.ts';
import { setUpExplorer } from './open-explorer.ts';

const openExplorer = setUpExplorer();

interface LoggedIn {
  accessToken: string;
  user: { id: string; username: string };
}
interface Resource {
  id: string;
  title: string;
  image: { url: string; sha256: string };
  owner: { username: string };
}

const tabNames = (page: Page) =>
  page.getByRole('list', { name: 'Select active operation' }).getByRole('listitem').allInnerTexts();
const tabs = ['Register', 'LogIn', 'CreateResource', 'ListWithOwners', 'ReplaceImage', 'DeleteResource'];

test.each(['/', '/graphql'])('runs the whole mission by clicking, on the page at %s', async (path) => {
  const { page, run, text } = await openExplorer(path);
  expect(await tabNames(page)).toEqual(tabs);

  const { register } = (await run<{ register: LoggedIn }>('Register')).data ?? {};
  expect(register).toMatchObject({
    accessToken: expect.any(String),
    user: { username: expect.stringMatching(/^ada-/) },
  });
  const { login } = (await run<{ login: LoggedIn }>('LogIn')).data ?? {};
  expect(login?.user).toEqual(register?.user);
  expect(JSON.parse(await text('request-headers'))).toEqual({ Authorization: `Bearer ${login?.accessToken}` });

  const { createResource } = (await run<{ createResource: { resource: Resource } }>('CreateResource')).data ?? {};
  const created = createResource?.resource;
  const { resources } =
    (await run<{ resources: { totalCount: number; nodes: Resource[] } }>('ListWithOwners')).data ?? {};
  expect(resources).toEqual({
    totalCount: 1,
    nodes: [
      {
        id: created?.id,
        title: created?.title,
        image: { url: created?.image.url },
        owner: { username: register?.user.username },
      },
    ],
  });

  const { updateResource } = (await run<{ updateResource: { resource: Resource } }>('ReplaceImage')).data ?? {};
  expect(updateResource?.resource).toMatchObject({ id: created?.id, image: { url: created?.image.url } });
  expect(updateResource?.resource.image.sha256).not.toBe(created?.image.sha256);

  const deleted = await run('DeleteResource');
  expect(deleted).toEqual({ data: { deleteResource: { deletedResourceId: created?.id } } });
  expect(await run('ListWithOwners')).toEqual({ data: { resources: { totalCount: 0, nodes: [] } } });
});

test('runs every tab again, with a new account and its newest resource', async () => {
  const { run, show, text } = await openExplorer();
  const first = await run<{ register: LoggedIn }>('Register');
  await run('CreateResource');
  const second = await run<{ register: LoggedIn }>('Register');
  expect(second.data?.register.user.username).not.toBe(first.data?.register.user.username);
  await show('DeleteResource');
  expect(JSON.parse(await text('variables'))).toEqual({ input: { id: '' } });

  const ids: (string | undefined)[] = [];
  for (const _ of ['one', 'another'])
    ids.push(
      (await run<{ createResource: { resource: Resource } }>('CreateResource')).data?.createResource.resource.id,
    );
  const deletions = [await run('DeleteResource'), await run('DeleteResource')];
  expect(deletions).toEqual(ids.reverse().map((id) => ({ data: { deleteResource: { deletedResourceId: id } } })));
  expect((await run<{ login: LoggedIn }>('LogIn')).data?.login.user).toEqual(second.data?.register.user);
});

test('does not overwrite variables that the user has changed', async () => {
  const { system, run, show, write, text } = await openExplorer();
  const ada = await system.signUp();
  await show('LogIn');
  await write('variables', JSON.stringify({ input: { username: ada.username, password: ada.password } }));
  await show('DeleteResource');
  const input = { id: await ada.create(), expectedVersion: 1 };
  await write('variables', JSON.stringify({ input }));
  await run('Register');
  await run('CreateResource');
  expect((await run<{ login: LoggedIn }>('LogIn')).data?.login.user).toEqual({ id: ada.id, username: ada.username });
  await show('DeleteResource');
  expect(JSON.parse(await text('variables'))).toEqual({ input });
  expect((await run<{ deleteResource: object }>('DeleteResource')).errors).toBeUndefined();
});

test('shows a response in the tab that sent the request, even if another is active by then', async () => {
  const { page, run, show, text, response } = await openExplorer();
  await run('Register');
  const registered = await text('response');
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/graphql', async (route) => {
    await released;
    await route.continue();
  });
  await show('CreateResource');
  await page.getByRole('button', { name: 'Execute' }).click();
  await show('Register');
  release();
  await show('DeleteResource');
  await expect.poll(async () => JSON.parse(await text('variables')).input.id).not.toBe('');
  expect(await text('response')).toBe('');
  await show('Register');
  expect(await text('response')).toBe(registered);
  await show('CreateResource');
  expect(await response()).toMatchObject({ data: { createResource: { resource: { title: 'Hills by day' } } } });
  await expect.poll(() => page.getByRole('img', { name: 'Hills by day' }).count()).toBe(1);
});

test('restores the user’s own tabs, next to the mission, after a reload', async () => {
  const { page, run, write } = await openExplorer();
  await run('Register');
  await page.getByRole('button', { name: 'New tab' }).click();
  await write('operation', String(viewer));
  await page.getByRole('button', { name: 'Viewer', exact: true }).waitFor();
  const { me } = (await run<ViewerQuery>('Viewer')).data ?? {};
  expect(me).toEqual({ id: expect.any(String), username: expect.stringMatching(/^ada-/) });
  await expect.poll(() => page.evaluate<string>('localStorage["graphiql:tabState"]')).toContain('Viewer');
  await page.reload();
  await page.getByRole('button', { name: 'Execute' }).waitFor();
  expect(await tabNames(page)).toEqual([...tabs, 'Viewer']);
});

test('links to Apollo Sandbox with this gateway’s endpoint', async () => {
  const { page, system } = await openExplorer();
  const link = page.getByRole('link', { name: 'Apollo Sandbox' });
  expect(await link.getAttribute('href')).toBe(
    `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(system.gateway)}`,
  );
  expect([await link.getAttribute('target'), await link.getAttribute('rel')]).toEqual([
    '_blank',
    'noopener noreferrer',
  ]);
});
