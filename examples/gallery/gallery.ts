import { createClient, isApiError } from '../../clients/typescript/index.ts';
import { complain, element, say } from './elements.ts';
import { createPictures } from './pictures.ts';
import { tabStore } from './tokens.ts';

const signIn = element('sign-in', HTMLFormElement);
const account = element('account', HTMLElement);
const gallery = element('gallery', HTMLElement);
const files = element('files', HTMLInputElement);
const drop = element('drop', HTMLElement);
const progress = element('progress', HTMLProgressElement);

const client = createClient({
  url: document.querySelector('meta[name=gateway]')?.getAttribute('content') ?? '/graphql',
  tokens: tabStore,
  onSessionEnd: showSignIn,
});
const pictures = createPictures(client);

function showSignIn(): void {
  pictures.clear();
  account.hidden = true;
  gallery.hidden = true;
  signIn.hidden = false;
  signIn.querySelector('input')?.focus();
}

async function showGallery(username: string): Promise<void> {
  element('username', HTMLElement).textContent = username;
  account.hidden = false;
  signIn.hidden = true;
  gallery.hidden = false;
  files.focus();
  await pictures.show();
}

/** Uploads one after the other: what is wrong with one keeps none of the others. */
async function upload(chosen: readonly File[]): Promise<void> {
  if (chosen.length === 0) return;
  Object.assign(progress, { hidden: false, max: chosen.length, value: 0 });
  const failures: string[] = [];
  for (const file of chosen) {
    try {
      pictures.add(await client.create({ title: file.name, image: file }));
    } catch (error) {
      failures.push(`${file.name}: ${error instanceof Error ? error.message : error}`);
    }
    progress.value += 1;
  }
  progress.hidden = true;
  say(`${chosen.length - failures.length} of ${chosen.length} uploaded.`);
  if (failures.length > 0) complain(failures.join(' '));
}

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  const isNew = event.submitter instanceof HTMLButtonElement && event.submitter.value === 'register';
  const fields = new FormData(signIn);
  const input = { username: String(fields.get('username')), password: String(fields.get('password')) };
  try {
    const user = await (isNew ? client.register(input) : client.logIn(input));
    signIn.reset();
    say(`Logged in as ${user.username}.`);
    await showGallery(user.username);
  } catch (error) {
    complain(error);
  }
});

element('log-out', HTMLButtonElement).addEventListener('click', async () => {
  showSignIn();
  say('Logged out.');
  await client.logOut().catch(complain);
});

files.addEventListener('change', async () => {
  await upload([...(files.files ?? [])]);
  files.value = '';
});

// Anywhere on the page: a picture dropped beside the frame would else replace the page.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  drop.classList.add('over');
});
document.addEventListener('dragleave', () => drop.classList.remove('over'));
document.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  if (!gallery.hidden) void upload([...(event.dataTransfer?.files ?? [])]);
});

try {
  if (await tabStore.get()) await showGallery((await client.me()).username);
  else showSignIn();
} catch (error) {
  showSignIn();
  if (!isApiError(error, 'UNAUTHENTICATED')) complain(error);
}
